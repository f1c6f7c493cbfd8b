//! The claim of a column, by its name, to hold the addresses to invite.

use super::vocabulary::{Word, words};

/// The longest name that is looked into, in bytes; text of this length is not the name of a column.
const LONGEST_NAME: usize = 160;

/// A kind of name of a column with addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AddressName {
    /// `Email`, and nothing that changes it.
    Plain,
    /// The address at work: `Work Email`, `Dienst-E-Mail`.
    Work,
    /// A name to sign in with, which is an address or not: `Username`, `userPrincipalName`.
    Login,
    /// An address of any kind: `Contact Email`, `E-mail 2`, `Mail (London)`.
    General,
    /// An address that is not for work, or not the first choice: `Personal Email`, `otherMails`.
    Private,
    /// The address of another person, or for another purpose: `Manager Email`, `Recovery email`.
    Foreign,
}

impl AddressName {
    /// Returns whether the name wins over all others.
    pub(super) fn is_first_choice(self) -> bool {
        match self {
            AddressName::Plain | AddressName::Work | AddressName::Login => true,
            AddressName::General | AddressName::Private | AddressName::Foreign => false,
        }
    }
}

/// A name, with the certainty of what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) kind: AddressName,
    /// Whether every word is known and one of them is about addresses.
    pub(super) is_certain: bool,
}

impl Claim {
    /// Returns the claim of a column with this name; `None` if the name is about something else or not understood.
    pub(super) fn of(name: &str) -> Option<Self> {
        if name.len() > LONGEST_NAME {
            return None;
        }
        let (outside, inside) = without_brackets(name);
        let (outside, inside) = (words(&outside), words(&inside));
        let has = |word: Word| outside.contains(&word) || inside.contains(&word);
        let is_about_addresses = has(Word::Mail) || has(Word::Login);
        let is_certain = is_about_addresses && !has(Word::Unknown);
        let kind = if has(Word::Foreign) {
            AddressName::Foreign
        } else if has(Word::Private) {
            AddressName::Private
        } else if !is_about_addresses || outside.contains(&Word::Unknown) {
            return None;
        } else if has(Word::Mail) && (has(Word::Work) || has(Word::Login)) {
            AddressName::Work
        } else if has(Word::Login) {
            AddressName::Login
        } else if has(Word::Person) || has(Word::Unknown) || name.contains(|c: char| c.is_ascii_digit()) {
            AddressName::General
        } else {
            AddressName::Plain
        };
        Some(Self { kind, is_certain })
    }

    /// Returns whether a row with this name among its cells is a header.
    pub(super) fn makes_a_header(self) -> bool {
        self.is_certain && self.kind != AddressName::Foreign
    }
}

/// Returns whether a text is the name of an address column, or the part of one that stands below `Email`: `Work`.
pub(super) fn is_part_of_name(text: &str) -> bool {
    let words = words(text);
    let is_telling = |word: &Word| matches!(word, Word::Mail | Word::Login | Word::Work | Word::Private);
    words.iter().any(is_telling) && !words.contains(&Word::Unknown)
}

/// Returns the text outside brackets and the text in them.
fn without_brackets(name: &str) -> (String, String) {
    let (mut outside, mut inside, mut depth) = (String::new(), String::new(), 0_u32);
    for c in name.chars() {
        match c {
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' | '>' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let part = if depth == 0 { &mut outside } else { &mut inside };
        part.push(c);
    }
    (outside, inside)
}

#[cfg(test)]
mod tests {
    use super::AddressName::*;
    use super::*;

    /// Names as systems and people write them.
    #[rustfmt::skip]
    const NAMES: &[(AddressName, &[&str])] = &[
        (Plain, &[
            "email", "E-Mail", "E_MAIL", "EMAIL", "eMail", "Mail", "emails", "Email Address", "E-Mail Address(es)",
            "Email ID", "emailaddress", "E-Mail-Adresse", "Mailadresse", "E-Mail-Anschrift", "E-Post", "Correo",
            "Correo-e", "Correo electrónico", "Correo electro\u{301}nico", "Dirección de correo electrónico",
            "Dirección electrónica", "Courriel", "Mél", "Adresse e-mail", "Adresse électronique",
            "Adresse de messagerie", "Adresse de courriel", "Correio Eletrônico", "Correio electrónico",
            "Endereço de e-mail", "Endereço eletrónico", "Email Address [Required]", "Email *", "* Email:",
            "Email Address (required)", "Email (Pflichtfeld)", "Email address to invite [inviteeEmail] Required",
            "Account Email", "E-mail - Value", "Invite email", "Email Addr.", "profile.email", "MongoDB Atlas email",
            "Electronic mail", "Correo elec.", "Courrier électronique",
        ]),
        (Work, &[
            "Work Email", "workEmail", "work_mail", "Primary Work Email", "Email (Primary)", "Primary email",
            "primaryEmail", "Business Email Address", "Company email", "New hire work email", "Corporate E-Mail", "Official email",
            "Office Email", "Email - Work", "Email Address (Work)", "Email - Primary Work", "Work Email Address*",
            "Employee Work Email", "Login Email", "PrimarySmtpAddress", "Employer email", "internalEMailAddress", "Sign-in email", "Dienst-E-Mail", "Dienstmail",
            "Dienstliche E-Mail-Adresse", "Arbeits-E-Mail", "Arbeitsmail", "Firmen-Mail", "Firmenmail",
            "Geschäftliche E-Mail", "Geschaeftliche E-Mail", "E-Mail (geschäftlich)", "E-Mail dienstl.",
            "Berufliche Mail", "Haupt-E-Mail", "Correo corporativo", "Correo de trabajo",
            "Correo electrónico de la empresa", "Email laboral", "Correo institucional",
            "Adresse mail professionnelle", "Mail pro", "Courriel professionnel", "E-mail de l'entreprise",
            "WORK_EMAIL_ADDR", "BUS_EMAIL", "Worker Communication: Business Email",
            "Endereço de e-mail comercial", "E-mail profissional", "E-mail corporativo", "E-mail de trabalho", "E-mail principal",
        ]),
        (Login, &[
            "Username", "User name", "user_name", "Login", "Login name", "Login ID", "Sign-in name", "signInName",
            "UPN", "userPrincipalName", "User principal name", "User name [userPrincipalName] Required", "User Login",
            "Okta username", "sAMAccountName",
            "Member object ID or user principal name [memberObjectIdOrUpn] Required", "Benutzerkennung", "Benutzername", "Anmeldename", "Nombre de usuario", "Nom d'utilisateur", "Nome de usuário", "SSO ID",
        ]),
        (General, &[
            "E-mail 1 - Value", "Email 2", "Email1", "Contact Email", "User Email", "Preferred Email", "Employee E-Mail",
            "Mail (London)", "Email [UPLOAD ONLY]", "Team member email", "Kontakt-Mail", "E-Mail des Mitarbeiters", "Correo del empleado",
        ]),
        (Private, &[
            "Personal Email", "private mail", "Home Email", "Email (home)", "personalemail", "E-Mail privat",
            "Privat-Mail", "Private E-Mail-Adresse", "Correo personal", "Mail perso", "E-mail personnel",
            "E-mail pessoal", "HOME_EMAIL_ADDR", "EMAIL_ADDR_PERS", "Worker Communication: Personal Email", "Correo elec. personal",
            "otherMails", "Secondary Email", "Work Secondary Email", "Alternate email",
            "Second Email", "Zweitmail", "Personal Email London", "Home", "Privat",
        ]),
        (Foreign, &[
            "Manager Email", "Manager's e-mail", "managerEmail", "Supervisor", "HR contact",
            "Emergency contact email", "Recovery Email", "E-Mail Vorgesetzter", "Correo del jefe",
            "E-mail du responsable", "E-mail do gestor", "Manager Work Email", "Team email", "Reports To Email",
            "Notfall-E-Mail", "Assistant Email", "Old email", "New Primary Email [UPLOAD ONLY]", "Line manager",
            "Approver", "Invited by", "Contact person email",
        ]),
    ];

    #[test]
    fn a_name_is_of_one_kind_in_five_languages() {
        for (kind, names) in NAMES {
            for name in *names {
                assert_eq!(Claim::of(name).map(|claim| claim.kind), Some(*kind), "{name}");
            }
        }
    }

    #[test]
    fn a_name_that_is_not_understood_claims_nothing() {
        for name in [
            "",
            "Name",
            "Address",
            "Adresse",
            "Postal address",
            "Reach them at",
            "Company",
            "Work",
            "Contact",
            "Start Date",
            "Work Email Verified",
            "E-mail 1 - Label",
            "Email opt-in",
            "Mail merge",
            "Email domain",
            "Is primary email",
            "Female",
            "Account",
            "Time",
            "Employee ID",
            "Work Phone",
            "Email list Q3",
            "Voicemail",
            "Kunden-E-Mail",
            "Organization",
            "電子メール",
            "*",
            "()",
        ] {
            assert_eq!(Claim::of(name), None, "{name}");
        }
    }

    #[test]
    fn only_a_name_of_known_words_about_addresses_makes_a_header() {
        for (name, is_header) in [
            ("Email", true),
            ("Contact Email", true),
            ("Personal Email", true),
            ("Login", true),
            ("Mail (London)", false),
            ("Personal Email London", false),
            ("Home", false),
            ("Manager Email", false),
        ] {
            assert_eq!(Claim::of(name).is_some_and(Claim::makes_a_header), is_header, "{name}");
        }
    }
}
