//! The words that the names of address columns consist of, in English, German, Spanish, French and Portuguese.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::columns::normalized;

/// A kind of word in the name of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// Email, mail, correo, courriel.
    Mail,
    /// Login, sign-in name, user principal name: an address or not, as the cells show.
    Login,
    /// Work, business, company, primary.
    Work,
    /// Private, home, secondary.
    Private,
    /// The address of another person, or for another purpose: manager, emergency, recovery.
    Foreign,
    /// User, employee, preferred: an address of the person, but not which.
    Person,
    /// A word that does not change what the name means: address, of, required.
    Plain,
    /// A word that this list does not have.
    Unknown,
}

/// Returns the words of a name; those that are not in the list are one [`Word::Unknown`] for each token.
pub(super) fn words(name: &str) -> Vec<Word> {
    // Spaces and capitals may be missing or in odd places: `workemail`, `E - Mail`, `Dienst-Mail`, `userPrincipalName`.
    split(&normalized(name)).unwrap_or_else(|| {
        tokens(name).iter().flat_map(|token| split(token).unwrap_or_else(|| vec![Word::Unknown])).collect()
    })
}

/// Splits letters into as few words of the list as possible; digits between them do not matter.
fn split(letters: &str) -> Option<Vec<Word>> {
    let letters: String = letters.chars().filter(|c| !c.is_ascii_digit()).collect();
    let mut shortest: Vec<Option<Vec<Word>>> = vec![None; letters.len() + 1];
    shortest[0] = Some(Vec::new());
    for start in 0..letters.len() {
        let Some(before) = shortest[start].clone() else { continue };
        for length in 1..=LIST.longest {
            let Some(&word) = letters.get(start..start + length).and_then(|letters| LIST.words.get(letters)) else {
                continue;
            };
            let known = &mut shortest[start + length];
            if known.as_ref().is_none_or(|known| known.len() > before.len() + 1) {
                *known = Some(before.iter().copied().chain([word]).collect());
            }
        }
    }
    shortest.pop().flatten()
}

/// Splits a name at everything that is not a letter, and before a capital that follows a small letter.
fn tokens(name: &str) -> Vec<String> {
    let mut tokens = vec![String::new()];
    let mut was_small = false;
    for c in name.chars() {
        if !c.is_alphabetic() || (was_small && c.is_uppercase()) {
            tokens.push(String::new());
        }
        was_small = c.is_lowercase();
        if let Some(token) = tokens.last_mut() {
            token.push_str(&normalized(c.encode_utf8(&mut [0; 4])));
        }
    }
    tokens.retain(|token| token.contains(char::is_alphabetic));
    tokens
}

struct List {
    words: HashMap<&'static str, Word>,
    /// The length of the longest word, in bytes.
    longest: usize,
}

static LIST: LazyLock<List> = LazyLock::new(|| {
    let words: HashMap<_, _> =
        WORDS.iter().flat_map(|(word, spellings)| spellings.iter().map(|spelling| (*spelling, *word))).collect();
    let longest = words.keys().map(|spelling| spelling.len()).max().unwrap_or_default();
    List { words, longest }
});

#[rustfmt::skip]
const WORDS: [(Word, &[&str]); 8] = [
    (Word::Mail, &[
        "email", "emails", "mail", "mails", "epost", "smtp", "electronicmail", "electronicaddress", "elektronischeadresse",
        "correo", "correos", "direccionelectronica", "correoelec", "correoelect",
        "courriel", "courriels", "mel", "messagerie", "courrierelectronique", "boitemail", "adresseelectronique", "adresseselectroniques",
        "correio", "correios", "enderecoeletronico", "enderecoelectronico",
    ]),
    (Word::Login, &[
        "login", "logins", "loginname", "logon", "logonname", "signin", "signinname", "signon", "upn", "username",
        "usernames", "userprincipalname", "principalname", "sso", "samaccountname", "networkid", "oktausername", "oktalogin",
        "benutzername", "benutzerkennung", "nutzername", "anmeldename", "anmeldekennung", "anmeldung",
        "nombredeusuario", "iniciodesesion", "nomdutilisateur", "identifiantdeconnexion", "identifiantutilisateur",
        "nomedeusuario", "nomedeutilizador",
    ]),
    (Word::Work, &[
        "work", "workplace", "business", "company", "companies", "corporate", "corp", "office", "official",
        "professional", "primary", "main", "principal", "enterprise", "org", "organization", "organizational",
        "organisation", "organisational", "job", "institutional", "internal", "employer", "bus", "firm",
        "dienst", "dienstlich", "dienstliche", "dienstl", "geschaft", "geschaeft", "geschafts", "geschaefts",
        "geschaftlich", "geschaftliche", "geschaeftlich", "geschaeftliche", "geschaftl", "gesch", "firma", "firmen",
        "arbeit", "arbeits", "arbeitsplatz", "beruf", "berufs", "beruflich", "berufliche", "unternehmen",
        "unternehmens", "buro", "buero", "betrieb", "betriebs", "betrieblich", "betriebliche", "primar", "primare",
        "primaer", "primaere", "haupt", "intern", "interne", "arbeitgeber",
        "trabajo", "laboral", "corporativo", "corporativa", "empresa", "empresarial", "profesional", "oficina",
        "oficial", "institucional", "primario", "primaria", "interno", "interna", "empleador",
        "travail", "pro", "professionnel", "professionnelle", "entreprise", "societe", "bureau", "officiel",
        "officielle", "principale", "primaire", "employeur",
        "trabalho", "profissional", "escritorio", "empregador", "comercial",
    ]),
    (Word::Private, &[
        "private", "personal", "home", "secondary", "second", "alternate", "alternative", "other", "others",
        "additional", "backup", "gmail", "external", "pers", "nonwork",
        "privat", "privater", "privates", "priv", "personlich", "personliche", "personlicher", "persoenlich",
        "persoenliche", "zweit", "zweite", "andere", "weitere", "weiterer", "alternativ", "zusatzlich", "zusatzliche",
        "zusaetzliche", "sekundar", "sekundare", "ersatz", "extern", "externe",
        "privado", "privada", "particular", "casa", "personales", "secundario", "secundaria", "alternativo",
        "alternativa", "alterno", "otro", "otra", "otros", "adicional", "externo", "externa",
        "prive", "privee", "perso", "personnel", "personnelle", "domicile", "secondaire", "alternatif", "autre",
        "autres", "supplementaire",
        "pessoal", "residencial", "outro", "outra", "outros",
    ]),
    (Word::Foreign, &[
        "manager", "managers", "supervisor", "supervisors", "boss", "lead", "leader", "leaders", "hr", "hrbp",
        "humanresources", "emergency", "recovery", "assistant", "assistants", "approver", "approvers", "sponsor",
        "owner", "owners", "referrer", "referee", "reference", "sender", "from", "cc", "bcc", "reply", "replyto",
        "notification", "notifications", "billing", "invoice", "parent", "parents", "guardian", "spouse", "partner",
        "vendor", "agent", "recruiter", "buddy", "mentor", "coach", "director", "head", "reportsto", "reporting",
        "line", "team", "group", "department", "shared", "distribution", "support", "helpdesk", "admin",
        "administrator", "old", "previous", "former", "new", "requester", "requestor", "invitedby", "createdby",
        "updatedby", "modifiedby", "contactperson",
        "vorgesetzter", "vorgesetzte", "vorgesetzten", "leiter", "leiterin", "leitung", "fuhrungskraft",
        "fuehrungskraft", "chef", "notfall", "wiederherstellung", "wiederherstellungs", "assistenz", "ansprechpartner",
        "ansprechpartnerin", "abteilung", "abteilungs", "gruppe", "gruppen", "verteiler", "rechnung", "rechnungs",
        "alte", "alter", "neue", "fruhere", "fruehere",
        "jefe", "jefa", "gerente", "responsable", "emergencia", "recuperacion", "asistente", "equipo", "grupo",
        "departamento", "facturacion", "recursoshumanos", "rrhh", "anterior", "nuevo", "nueva",
        "superieur", "hierarchique", "urgence", "recuperation", "secours", "assistante", "equipe", "groupe", "service",
        "departement", "facturation", "rh", "ancien", "ancienne", "nouveau", "nouvelle",
        "gestor", "gestora", "chefe", "responsavel", "recuperacao", "assistente", "equipa", "faturacao", "novo", "nova",
    ]),
    (Word::Person, &[
        "user", "users", "employee", "employees", "contact", "contacts", "staff", "member", "members", "person",
        "people", "worker", "participant", "participants", "attendee", "colleague", "associate", "student",
        "teammember", "teammembers", "collaborator", "newhire", "newhires", "newstarter", "newjoiner", "newemployee", "newuser", "newmember",
        "preferred", "current", "bevorzugt", "bevorzugte", "aktuell", "aktuelle", "preferido", "preferida", "actual",
        "prefere", "preferee", "actuel", "actuelle", "atual",
        "benutzer", "nutzer", "mitarbeiter", "mitarbeiterin", "mitarbeitende", "mitarbeitenden", "mitglied",
        "kontakt", "teilnehmer", "personen",
        "usuario", "usuarios", "empleado", "empleados", "trabajador", "contacto", "miembro", "persona", "participante",
        "utilisateur", "utilisateurs", "employe", "employes", "salarie", "salaries", "collaborateur", "collaborateurs",
        "membre", "personne",
        "funcionario", "funcionarios", "colaborador", "colaboradores", "utilizador", "utilizadores", "empregado",
        "contato", "membro", "pessoa",
    ]),
    (Word::Plain, &[
        "e", "s", "es", "address", "addresses", "addr", "add", "profile", "communication", "mongodb", "atlas", "objectidor", "id", "ids", "name", "account", "of", "the", "to", "for", "at", "your",
        "my", "value", "field", "required", "optional", "mandatory", "invite", "invitee", "invitees", "invited",
        "in", "adresse", "adressen", "adr", "anschrift", "der", "des", "die", "das", "fur", "fuer", "im", "am", "ihre",
        "ihrer", "einladung", "einladungs", "pflichtfeld", "pflicht", "erforderlich", "konto",
        "direccion", "direcciones", "electronico", "electronica", "electronicos", "electronicas", "de", "del", "la",
        "el", "los", "las", "su", "tu", "invitado", "obligatorio", "obligatoria", "requerido", "opcional", "cuenta",
        "adresses", "electronique", "electroniques", "d", "du", "l", "le", "les", "votre", "obligatoire", "requis",
        "facultatif", "compte",
        "endereco", "enderecos", "eletronico", "eletronica", "eletronicos", "eletronicas", "do", "da", "dos", "seu",
        "convidado", "obrigatorio", "conta",
    ]),
    // Other words that would be split into words of the list.
    (Word::Unknown, &["domain", "domains"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_split_however_it_is_written() {
        for name in
            ["Work E-Mail", "work_email", "WorkEmail", "WORKEMAIL", "workemail", "Work e - mail", "E-Mail 1 Work"]
        {
            let words = words(name);
            assert!(words.contains(&Word::Work) && words.contains(&Word::Mail), "{name}: {words:?}");
            assert!(!words.contains(&Word::Unknown), "{name}: {words:?}");
        }
    }

    #[test]
    fn a_word_that_is_not_in_the_list_is_unknown() {
        assert_eq!(words("Work Email Verified"), [Word::Work, Word::Mail, Word::Unknown]);
        assert_eq!(words("Reach them at"), [Word::Unknown, Word::Unknown, Word::Plain]);
        assert_eq!(words("Abt. Dienstmail"), [Word::Unknown, Word::Work, Word::Mail]);
        assert_eq!(words("電子メール"), [Word::Unknown]);
    }

    #[test]
    fn every_word_of_the_list_is_normalized_with_one_meaning() {
        for (word, spellings) in WORDS {
            for spelling in spellings {
                assert_eq!(normalized(spelling), *spelling);
                assert_eq!(LIST.words[spelling], word, "{spelling}");
            }
        }
    }
}
