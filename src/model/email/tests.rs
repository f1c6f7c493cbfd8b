use super::slip::Slip;
use super::syntax::Flaw;
use super::*;

fn fault(cell: &str) -> Fault {
    address(cell).expect_err(cell).fault
}

/// Returns the address that is proposed for a cell, and whether it is certain.
fn meant(cell: &str) -> Option<(String, bool)> {
    address(cell).expect_err(cell).meant.map(|meant| (meant.address, meant.is_certain))
}

#[test]
fn an_address_is_extracted_from_its_surroundings() {
    for (cell, expected) in [
        ("jane@example.com", "jane@example.com"),
        ("Jane.Doe+atlas@Sub.Example.co.uk", "Jane.Doe+atlas@Sub.Example.co.uk"),
        ("o'brien@example.com", "o'brien@example.com"),
        ("_jane-2@example.com", "_jane-2@example.com"),
        ("r&d@example.com", "r&d@example.com"),
        ("jane!x=y@example.com", "jane!x=y@example.com"),
        ("wwwjane@example.com", "wwwjane@example.com"),
        ("mailto:jane@example.com", "jane@example.com"),
        ("MailTo: jane@example.com", "jane@example.com"),
        ("Jane Doe <jane@example.com>", "jane@example.com"),
        ("\"Doe, Jane\" < jane@example.com >", "jane@example.com"),
        ("Jane @ Work <jane@example.com>", "jane@example.com"),
        ("@jane <jane@example.com>", "jane@example.com"),
        ("Jane@Example.com <jane@example.com>", "jane@example.com"),
        ("jane@example.com <mailto:jane@example.com>", "jane@example.com"),
        ("<mailto:jane@example.com>", "jane@example.com"),
        ("jane@example.xn--p1ai", "jane@example.xn--p1ai"),
        ("j@1.example.org", "j@1.example.org"),
    ] {
        assert_eq!(address(cell), Ok(expected), "{cell}");
    }
}

#[test]
fn a_cell_that_is_not_an_address_has_a_flaw() {
    let long_local = format!("{}@example.com", "x".repeat(65));
    let long = format!("x@{}com", "example.".repeat(32));
    let long_label = format!("x@{}.com", "x".repeat(64));
    for (cell, flaw) in [
        ("jane", Flaw::NoAt),
        ("jane.example.com", Flaw::NoAt),
        ("Jane Doe", Flaw::NoAt),
        ("see above", Flaw::NoAt),
        ("jane@@example.com", Flaw::Ats),
        ("jane@example@example.com", Flaw::Ats),
        ("jane doe@example.com", Flaw::Space),
        ("jane@exam ple.com", Flaw::Space),
        ("jane\u{200b}@example.com", Flaw::Invisible('\u{200b}')),
        ("jane@example.com\u{200b}", Flaw::Invisible('\u{200b}')),
        ("\u{feff}jane@example.com", Flaw::Invisible('\u{feff}')),
        ("ja\u{ad}ne@example.com", Flaw::Invisible('\u{ad}')),
        ("jane\u{202e}@example.com", Flaw::Invisible('\u{202e}')),
        ("jane\u{a0}doe@example.com", Flaw::Invisible('\u{a0}')),
        ("jane\0@example.com", Flaw::Invisible('\0')),
        ("zoë@example.com", Flaw::Letter('ë')),
        ("zoe@exämple.com", Flaw::Letter('ä')),
        ("j\u{430}ne@example.com", Flaw::LookAlike { found: '\u{430}', ascii: 'a' }),
        ("jane\u{ff20}example.com", Flaw::LookAlike { found: '\u{ff20}', ascii: '@' }),
        ("jane\u{2011}doe@example.com", Flaw::LookAlike { found: '\u{2011}', ascii: '-' }),
        ("jane,doe@example.com", Flaw::Character(',')),
        ("\"jane\"@example.com", Flaw::Character('"')),
        ("jane@example.com.", Flaw::Dots),
        ("jane@.example.com", Flaw::Dots),
        (".jane@example.com", Flaw::Dots),
        ("jane.@example.com", Flaw::Dots),
        ("jane..doe@example.com", Flaw::Dots),
        ("jane@example..com", Flaw::Dots),
        ("@example.com", Flaw::NothingBefore),
        ("@", Flaw::NothingBefore),
        ("jane@", Flaw::NoDotInDomain),
        ("jane@example", Flaw::NoDotInDomain),
        ("jane@example.c", Flaw::Ending),
        ("jane@192.0.2.1", Flaw::Ending),
        ("jane@example.c0m", Flaw::Ending),
        ("jane@-example.com", Flaw::Domain),
        ("jane@example-.com", Flaw::Domain),
        ("jane@exa_mple.com", Flaw::Domain),
        ("jane@example.com>", Flaw::Character('>')),
        (&long_label, Flaw::Domain),
        (&long_local, Flaw::LongBefore),
        (&long, Flaw::Long),
    ] {
        assert_eq!(fault(cell), Fault::Flaw(flaw), "{cell}");
    }
}

#[test]
fn an_address_of_the_right_form_may_show_a_slip() {
    for (cell, slip) in [
        ("'jane@example.com", Slip::Stray('\'')),
        ("*jane@example.com", Slip::Stray('*')),
        ("jane/john@example.com", Slip::Stray('/')),
        ("mailto://jane@example.com", Slip::Stray('/')),
        ("mailto%3Ajane@example.com", Slip::Percent(':')),
        ("jane%20doe@example.com", Slip::Percent(' ')),
        ("mailtojane@example.com", Slip::Scheme),
        ("www.jane@example.com", Slip::Www),
        ("Jane <www.jane@example.com>", Slip::Www),
        ("jane_example.org#EXT#@example.com", Slip::Guest),
        ("jane@example.con", Slip::Ending("com")),
    ] {
        assert_eq!(fault(cell), Fault::Slip(slip), "{cell}");
    }
}

#[test]
fn several_people_in_a_cell_are_counted() {
    for (cell, count) in [
        ("Jane <jane@example.com>; John <john@example.com>", 2),
        ("jane@example.com\njohn@example.com", 2),
        ("jane@example.com / john@example.com", 2),
        ("jane@example.com/john@example.com", 2),
        ("jane@example.com|john@example.com", 2),
        ("jane@example.com,john@example.com", 2),
        ("jane@example.com;john@example.com; zoe@example.com", 3),
        ("jane@example.com & john@example.com", 2),
        ("jane@example.com and john@example.com", 2),
        ("jane@example.com john@example.com", 2),
        ("jane@example.com\u{a0}john@example.com", 2),
        ("jane\u{ff20}example.com; john\u{ff20}example.com", 2),
        ("mailto:jane@example.com,john@example.com", 2),
        ("mailto:jane@example.com?cc=john@example.com", 2),
        ("john@example.com <jane@example.com>", 2),
        ("john@example <jane@example.com>", 2),
        ("jane @ example.com; john @ example.com", 2),
    ] {
        assert_eq!((fault(cell), meant(cell)), (Fault::Several(count), None), "{cell}");
    }
    assert!(
        ["jane@example.com&john@example.com", "jane@example.comjohn@example.com"].iter().all(|it| meant(it).is_none())
    );
}

#[test]
fn a_certain_mistake_has_a_certain_proposal() {
    for cell in [
        "'jane.doe@example.com",
        "\u{2019}jane.doe@example.com",
        "`jane.doe@example.com",
        "\u{b4}jane.doe@example.com",
        "'jane.doe@example.com'",
        "\"jane.doe@example.com\"",
        "\u{201c}jane.doe@example.com\u{201d}",
        "=\"jane.doe@example.com\"",
        "=jane.doe@example.com",
        "*jane.doe@example.com",
        "+jane.doe@example.com",
        "-jane.doe@example.com",
        "- jane.doe@example.com",
        "\u{2022} jane.doe@example.com",
        "1. jane.doe@example.com",
        "1) jane.doe@example.com",
        "jane.doe@example.com.",
        "jane.doe@example.com,",
        "jane.doe@example.com;",
        "jane.doe@example.com:",
        "jane.doe@example.com>",
        "<jane.doe@example.com",
        "(jane.doe@example.com)",
        "[jane.doe@example.com](mailto:jane.doe@example.com)",
        "jane.doe@example.com?",
        "@jane.doe@example.com",
        "jane.doe@example.com@",
        "//jane.doe@example.com",
        "mailto://jane.doe@example.com",
        "mailto%3Ajane.doe@example.com",
        "mailto:mailto:jane.doe@example.com",
        "mailtojane.doe@example.com",
        "mailto;jane.doe@example.com",
        "mailto:jane.doe@example.com?subject=Hello",
        "mailto:jane.doe@example.com?subject=Hello%20there",
        "http://jane.doe@example.com",
        "www.jane.doe@example.com",
        "%20jane.doe@example.com",
        "jane.doe@example.com%20",
        "jane%2Edoe@example.com",
        "jane.doe%40example.com",
        "jane.doe@@example.com",
        "jane.doe@example,com",
        "jane.doe@example..com",
        "jane.doe@.example.com",
        "jane..doe@example.com",
        "jane.doe@example.con",
        "jane.doe_example.com#EXT#@example.onmicrosoft.com",
        "jane.doe_example.com#ext#@example.org",
        "jane.doe\u{ff20}example.com",
        "jane.doe@example\u{3002}com",
        "j\u{430}ne.doe@example.com",
        "jane.doe@ex\u{430}mple.com",
        "jane.doe\u{200b}@example.com",
        "jane.doe@example.com\u{200b}",
        "\u{202a}jane.doe@example.com\u{202c}",
        "jane.doe @ example.com",
        "jane.doe@ example.com",
        "jane.doe @example.com",
        "jane.doe\u{a0}@example.com",
        "jane.doe@example .com",
        "jane.doe@example. com",
        "jane.doe(at)example.com",
        "jane.doe [at] example [dot] com",
        "jane.doe&#64;example.com",
        "SMTP:jane.doe@example.com",
        "\u{1d423}\u{1d41a}ne.doe@example.com",
        "Jane Doe jane.doe@example.com",
        "Doe, Jane, jane.doe@example.com",
        "Doe Jane - jane.doe@example.com",
        "Jane Doe (jane.doe@example.com)",
        "Jane Doe\njane.doe@example.com",
        "Email: jane.doe@example.com",
        "work:jane.doe@example.com",
        "\"Jane Doe\" jane.doe@example.com",
        "jane.doe@example.com (on leave)",
        "jane.doe@example.com(on leave)",
        "jane.doe@example.com - on leave",
        "jane.doe@example.com\non leave",
        "Jane Doe <jane.doe@example.com>;",
        "Jane Doe <jane.doe@example.com>, ",
        "Jane Doe <jane.doe@example.com> (on leave)",
        "Jane Doe <'jane.doe@example.com'>",
    ] {
        assert_eq!(meant(cell), Some(("jane.doe@example.com".to_owned(), true)), "{cell}");
    }
    assert_eq!(meant("jane\u{2011}doe@example.com"), Some(("jane-doe@example.com".to_owned(), true)));
    assert_eq!(meant("of\u{fb01}ce@example.com"), Some(("office@example.com".to_owned(), true)));
    assert_eq!(meant("o\u{2019}brien@example.com"), Some(("o'brien@example.com".to_owned(), true)));
}

#[test]
fn the_one_address_among_words_is_likely() {
    for cell in [
        "contact jane.doe@example.com",
        "please ask jane.doe@example.com",
        "jane.doe@example.com on leave",
        "jane.doe@example.com Doe",
        "jane.doe@example.com, on leave",
        "jane.doe at example.com",
        "jane.doe@example.com; jane.doe@example.com",
    ] {
        assert_eq!(meant(cell), Some(("jane.doe@example.com".to_owned(), false)), "{cell}");
    }
}

#[test]
fn an_address_that_may_be_incomplete_is_not_proposed() {
    for cell in [
        "jane doe@example.com",
        "jane. doe@example.com",
        "jane, doe@example.com",
        "jane,doe@example.com",
        "jane/doe@example.com",
        "jane & doe@example.com",
        "jane and doe@example.com",
        "jane%20doe@example.com",
        "jane@example.co uk",
        "jane@mail.example com",
        "jane@exam ple.com",
        "jane@exa_mple.com",
        "jane@example.com,org",
        "jane@example.com / john",
        "jane@example.com and john",
        "zo\u{eb}b@example.com",
        "zoe@ex\u{e4}mple.com",
        "\u{441}\u{430}\u{43c}@example.com",
        "\u{202e}enaj@example.com",
        "jane@example@example.com",
        "\"jane\"@example.com",
        "jane.@example.com",
        "jane#EXT#@example.com",
        "jane_1a2b#EXT#@example.com",
        "meet at noon.today",
        "jane",
        "",
        "@",
    ] {
        assert_eq!(meant(cell), None, "{cell}");
    }
}

#[test]
fn the_message_names_the_fault_and_the_proposal() {
    let cells = [
        "Jane Doe",
        "jane doe@example.com",
        "Jane Doe jane.doe@example.com",
        "jane@example.com; john@example.com",
        "'jane@example.com",
        "jane%20doe@example.com",
        "www.jane@example.com",
        "jane_example.org#EXT#@example.com",
        "jane@example.con",
        "jane\u{ff20}example.com",
        "j\u{430}ne@example.com",
        "jane\u{200b}@example.com",
        "jane\u{202e}@example.com",
        "jane@@example.com",
        "jane@example@example.com",
    ];
    insta::assert_snapshot!(cells.map(|cell| address(cell).unwrap_err().to_string()).join("\n"));
}
