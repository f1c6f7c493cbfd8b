//! The columns that have a meaning, and the names that people give them in five languages.

use std::fmt;
use std::str::FromStr;

use super::address_name::Claim;

/// A column that has a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// The address to invite; the only column that every sheet must have.
    Email,
    /// Organization roles.
    Roles,
    /// Teams, by name or id.
    Teams,
    /// Projects with roles in them.
    Projects,
    /// The organization that the row is for.
    OrgId,
}

/// The text is not the name of a column that has a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of email, roles, teams, projects, org_id")]
pub struct UnknownColumn;

impl Column {
    /// Every column.
    pub(super) const ALL: [Column; 5] = [Column::Email, Column::Roles, Column::Teams, Column::Projects, Column::OrgId];

    /// Returns the name that the results file uses.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Column::Email => "email",
            Column::Roles => "roles",
            Column::Teams => "teams",
            Column::Projects => "projects",
            Column::OrgId => "org_id",
        }
    }

    /// Returns the column that a header cell names, in any known spelling.
    pub(crate) fn named(header: &str) -> Option<Self> {
        if Claim::of(header).is_some_and(Claim::makes_a_header) {
            return Some(Column::Email);
        }
        let name = normalized(header);
        let bare = without_notes(header);
        let is_known = |column: &Column| [&name, &bare].iter().any(|name| column.spellings().contains(&name.as_str()));
        Column::ALL.into_iter().find(is_known)
    }

    /// Returns the normalized names in English, German, Spanish, French and Portuguese; those of the email column have
    /// rules of their own.
    fn spellings(self) -> &'static [&'static str] {
        match self {
            Column::Email => &[],
            Column::Roles => ROLES,
            Column::Teams => TEAMS,
            Column::Projects => PROJECTS,
            Column::OrgId => ORG_ID,
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Column {
    type Err = UnknownColumn;

    fn from_str(name: &str) -> Result<Self, UnknownColumn> {
        let name = normalized(name);
        Column::ALL.into_iter().find(|column| normalized(column.as_str()) == name).ok_or(UnknownColumn)
    }
}

#[rustfmt::skip]
const ROLES: &[&str] = &[
    "role", "roles", "orgrole", "orgroles", "organizationrole", "organizationroles", "organisationrole",
    "organisationroles", "atlasrole", "atlasroles", "userrole", "userroles", "rolename", "rolenames", "accessrole",
    "rolle", "rollen", "organisationsrolle", "organisationsrollen", "atlasrolle", "atlasrollen", "benutzerrolle",
    "rol", "rolesdelaorganizacion", "roldelaorganizacion", "roldeorganizacion", "rolesdeorganizacion", "funciones",
    "roleorganisation", "rolesdelorganisation", "roledelorganisation", "roledansorganisation", "rolesorganisation",
    "roledanslorganisation", "rolesdanslorganisation",
    "papel", "papeis", "funcao", "funcoes", "papeldaorganizacao", "papeisdaorganizacao", "funcaonaorganizacao",
    "funcoesnaorganizacao", "papelnaorganizacao", "papeisnaorganizacao",
];

#[rustfmt::skip]
const TEAMS: &[&str] = &[
    "team", "teams", "teamname", "teamnames", "teamid", "teamids", "atlasteam", "atlasteams", "teammembership",
    "teammemberships", "teamkurzel", "teamzugehorigkeit", "atlasteamname",
    "equipo", "equipos", "nombredelequipo", "equiposdeatlas",
    "equipe", "equipes", "nomdelequipe", "equipesatlas",
    "equipa", "equipas", "nomedaequipe", "nomedaequipa",
];

#[rustfmt::skip]
const PROJECTS: &[&str] = &[
    "project", "projects", "projectrole", "projectroles", "projectaccess", "projectname", "projectnames",
    "projectid", "projectids", "projectassignment", "projectassignments", "atlasproject", "atlasprojects",
    "grouproleassignments",
    "projekt", "projekte", "projektrolle", "projektrollen", "projektzugriff", "projektname",
    "proyecto", "proyectos", "rolesdeproyecto", "accesoaproyectos",
    "projet", "projets", "rolesdeprojet", "accesauxprojets",
    "projeto", "projetos", "papeisdeprojeto", "papeisnoprojeto", "acessoaprojetos", "projecto", "projectos",
];

#[rustfmt::skip]
const ORG_ID: &[&str] = &[
    "orgid", "organizationid", "organisationid", "atlasorgid", "atlasorganizationid", "atlasorganisationid",
    "organisationsid", "organisationskennung",
    "idorganizacion", "iddeorganizacion", "iddelaorganizacion", "organizacionid",
    "idorganisation", "iddelorganisation", "identifiantorganisation", "identifiantdelorganisation",
    "idorganizacao", "iddaorganizacao", "organizacaoid",
];

/// Reduces a name to what its spellings have in common: lower-case letters without accents, and digits.
pub(crate) fn normalized(name: &str) -> String {
    name.chars().flat_map(char::to_lowercase).map(without_accent).filter(|c| c.is_alphanumeric()).collect()
}

/// Reduces a name like [`normalized`], without words that say how to fill in the column.
fn without_notes(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).map(normalized);
    words.filter(|word| !NOTES.contains(&word.as_str())).collect()
}

const NOTES: &[&str] = &[
    "required",
    "optional",
    "mandatory",
    "pflichtfeld",
    "pflicht",
    "erforderlich",
    "obligatorio",
    "requerido",
    "opcional",
    "obligatoire",
    "requis",
    "facultatif",
    "obrigatorio",
];

fn without_accent(c: char) -> char {
    match c {
        'à'..='å' | 'ª' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' | 'ø' | 'º' => 'o',
        'ù'..='ü' => 'u',
        'ý' | 'ÿ' => 'y',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_known_in_any_spelling_and_five_languages() {
        for (header, column) in [
            ("email", Column::Email),
            ("E-Mail Address", Column::Email),
            ("E_MAIL", Column::Email),
            ("Work Email", Column::Email),
            ("E-Mail-Adresse", Column::Email),
            ("Geschäftliche E-Mail", Column::Email),
            ("Correo electrónico", Column::Email),
            ("Correo electro\u{301}nico", Column::Email),
            ("CORREO ELECTRÓNICO", Column::Email),
            ("Courriel", Column::Email),
            ("Adresse e-mail", Column::Email),
            ("Correio Eletrônico", Column::Email),
            ("Endereço de e-mail", Column::Email),
            ("Role(s)", Column::Roles),
            ("Rôle", Column::Roles),
            ("Rollen", Column::Roles),
            ("Rol", Column::Roles),
            ("Funções", Column::Roles),
            ("Papéis", Column::Roles),
            ("Team", Column::Teams),
            ("Equipos", Column::Teams),
            ("Équipe", Column::Teams),
            ("Equipas", Column::Teams),
            ("Projects", Column::Projects),
            ("Projekte", Column::Projects),
            ("Proyectos", Column::Projects),
            ("Projets", Column::Projects),
            ("Projetos", Column::Projects),
            ("Org ID", Column::OrgId),
            ("organization-id", Column::OrgId),
            ("ID de l'organisation", Column::OrgId),
        ] {
            assert_eq!(Column::named(header), Some(column), "{header}");
        }
    }

    #[test]
    fn similar_names_of_other_columns_have_no_meaning() {
        for header in ["", "Manager", "Manager Email", "Start Date", "Organization", "Time", "Department", "Job Title"]
        {
            assert_eq!(Column::named(header), None, "{header}");
        }
    }

    #[test]
    fn every_spelling_is_normalized_with_one_meaning() {
        let all: Vec<&str> = Column::ALL.iter().flat_map(|column| column.spellings()).copied().collect();
        for spelling in &all {
            assert_eq!(normalized(spelling), *spelling);
            assert_eq!(all.iter().filter(|other| *other == spelling).count(), 1, "{spelling}");
        }
    }

    #[test]
    fn a_column_is_chosen_by_its_canonical_name() {
        assert_eq!("org-id".parse(), Ok(Column::OrgId));
        assert_eq!("mail".parse::<Column>(), Err(UnknownColumn));
    }
}
