use super::*;

#[test]
fn roles_are_parsed_in_the_spellings_of_atlas_and_of_people() {
    for (text, roles) in [
        ("ORG_MEMBER", &[OrgRole::Member][..]),
        ("Organization Member", &[OrgRole::Member]),
        ("org member", &[OrgRole::Member]),
        ("member", &[OrgRole::Member]),
        ("Organisation Owner", &[OrgRole::Owner]),
        ("org-owner", &[OrgRole::Owner]),
        ("Organization Project Creator", &[OrgRole::GroupCreator]),
        ("project creator", &[OrgRole::GroupCreator]),
        ("Organization Billing Admin", &[OrgRole::BillingAdmin]),
        ("Billing Viewer", &[OrgRole::BillingReadOnly]),
        ("Organization Stream Processing Admin", &[OrgRole::StreamProcessingAdmin]),
        ("read-only", &[OrgRole::ReadOnly]),
        ("Eigentümer", &[OrgRole::Owner]),
        ("Eigentu\u{308}mer", &[OrgRole::Owner]),
        ("PROPIETARIO", &[OrgRole::Owner]),
        ("Propriétaire de l'organisation", &[OrgRole::Owner]),
        ("Proprietário", &[OrgRole::Owner]),
        ("Mitglied", &[OrgRole::Member]),
        ("Organisationsmitglied", &[OrgRole::Member]),
        ("Miembro de la organización", &[OrgRole::Member]),
        ("Membre", &[OrgRole::Member]),
        ("Membro da organização", &[OrgRole::Member]),
        ("Créateur de projets", &[OrgRole::GroupCreator]),
        ("Solo lectura", &[OrgRole::ReadOnly]),
        ("Organisation Stream Processing Admin", &[OrgRole::StreamProcessingAdmin]),
        ("Owner; ORG_READ_ONLY|member , owner;", &[OrgRole::Owner, OrgRole::Member, OrgRole::ReadOnly]),
        ("", &[]),
        (" ; ,", &[]),
    ] {
        assert_eq!(parse_roles(text), Ok(roles.iter().copied().collect()), "{text}");
    }
    for role in OrgRole::ALL {
        assert_eq!(parse_roles(role.as_str()), Ok(OrgRoles::from_iter([role])));
    }
}

#[test]
fn a_role_with_other_characters_is_not_that_role() {
    for text in [
        "ORG_OWNER?",
        "?ORG_OWNER",
        "owner?",
        "Owner (?)",
        "(owner)",
        "owner!",
        "~owner",
        "-owner",
        "owner-",
        "owner*",
        "\"ORG_OWNER\"",
        "'owner'",
        "owner.",
        "ORG.OWNER",
        "owner\u{200b}",
        "\u{bf}owner?",
        "owner\u{ff1f}",
        "\u{ba}wner",
        "org/owner",
        "ORG_MEMBER; ORG_OWNER?",
    ] {
        let Err(unknown) = parse_roles(text) else { panic!("{text}") };
        assert!(matches!(unknown, UnknownRole::Punctuated { role: OrgRole::Owner, .. }), "{text}");
        assert_eq!(unknown.correction(), None, "{text}");
    }
    for text in ["ORG_OWNER, ?", "ORG_OWNER; maybe", "owner no", "not owner", "owner / member", "product owner"] {
        assert!(parse_roles(text).is_err(), "{text}");
    }
}

#[test]
fn a_certain_mistake_in_a_role_is_corrected() {
    for (text, role) in [
        ("ORG_MEMBER.", Some("ORG_MEMBER")),
        ("'ORG_MEMBER'", Some("ORG_MEMBER")),
        ("ORG_MEBMER", Some("ORG_MEMBER")),
        ("Organization Membr", Some("ORG_MEMBER")),
        ("ORG_MEMBER?", None),
        ("viewer", None),
        ("ORG_ONWER", None),
        ("Janitor", None),
    ] {
        let unknown = parse_roles(text).unwrap_err();
        assert_eq!(unknown.correction().map(|(_, role)| role.as_str()), role, "{text}");
    }
}

#[test]
fn every_name_is_normalized_and_means_one_role() {
    let all: Vec<&str> = NAMES.iter().flat_map(|(_, names)| *names).copied().collect();
    for name in all.iter().copied().chain(HINTS.map(|(hint, _)| hint)) {
        assert_eq!(key(name), name);
    }
    for name in &all {
        assert_eq!(all.iter().filter(|other| *other == name).count(), 1, "{name}");
    }
    assert!(HINTS.iter().all(|(hint, _)| spelled(hint).is_none()));
}

#[test]
fn the_message_for_an_unknown_role_names_a_remedy() {
    let texts = ["ORG_MEBMER", "member;Onwer", "Org Billing Admn", "Janitor", "GROUP_OWNER", "ORG_OWNER?"];
    let messages = texts.map(|text| parse_roles(text).unwrap_err().to_string());
    insta::assert_snapshot!(messages.join("\n"));
}

#[test]
fn the_nearest_role_is_suggested() {
    for (text, role) in [
        ("ORG_MEBMER", Some(OrgRole::Member)),
        ("Org Billing Admn", Some(OrgRole::BillingAdmin)),
        ("viewer", Some(OrgRole::ReadOnly)),
        ("Janitor", None),
        (&"member".repeat(20), None),
    ] {
        assert_eq!(nearest(&key(text)), role, "{text}");
    }
}

#[test]
fn the_owner_is_suggested_only_for_a_misspelling() {
    for text in ["Onwer", "Ownr", "ownerr", "ORG_ONWER", "Org Owenr", "Organization Ownr", "Organizaton Owner"] {
        assert_eq!(nearest(&key(text)), Some(OrgRole::Owner), "{text}");
    }
    for text in [
        "Superuser",
        "Root",
        "Besitzer",
        "other",
        "order",
        "power",
        "lower",
        "Organization Admin",
        "Organizaton Admin",
        "Organizaton Other",
        "Organization",
    ] {
        assert_ne!(nearest(&key(text)), Some(OrgRole::Owner), "{text}");
    }
    for text in ["Admin", "Admn", "Administrator", "Org Admin"] {
        assert_eq!(nearest(&key(text)), None, "{text}");
    }
}
