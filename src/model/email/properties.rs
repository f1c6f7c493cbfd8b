use proptest::prelude::*;

use super::*;

/// The ways in which people write an address, with a gap for it.
const DECORATIONS: [&str; 28] = [
    "{}",
    "mailto:{}",
    "<{}>",
    "Kim Park <{}>",
    "\"Park, Kim\" <{}>",
    "'{}",
    "\u{2019}{}",
    "`{}",
    "={}",
    "*{}",
    "=\"{}\"",
    "\"{}\"",
    "//{}",
    "mailto://{}",
    "mailto%3A{}",
    "%20{}",
    "www.{}",
    "- {}",
    "\u{2022} {}",
    "{}.",
    "{},",
    "{};",
    "{}>",
    "({})",
    "Email: {}",
    "{} (on leave)",
    "{}\u{200b}",
    "\u{feff}{}",
];

proptest! {
    #[test]
    fn a_decorated_address_is_never_read_as_another(
        local in "[a-z][a-z0-9]{0,8}([.+'-][a-z0-9]{1,8}){0,2}",
        domain in "[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,4})?(\\.[a-z]{2,6})?\\.(com|org|de|example)",
        decoration in prop::sample::select(&DECORATIONS[..]),
    ) {
        let written = format!("{local}@{domain}");
        prop_assume!(is_address(&written));
        match address(&decoration.replace("{}", &written)) {
            Ok(read) => prop_assert_eq!(read, &written),
            Err(why) => prop_assert_eq!(why.meant, Some(Meant { address: written, is_certain: true })),
        }
    }

    #[test]
    fn a_proposal_is_an_address(cell in "[a-c@.,;: <>()'\"%23*=/|_#\u{430}\u{200b}\u{ff20}\n-]{0,24}") {
        if let Err(NotAnAddress { meant: Some(meant), .. }) = address(&cell) {
            prop_assert!(is_address(&meant.address));
        }
    }

    #[test]
    fn two_people_in_a_cell_are_never_read(
        separator in prop::sample::select(&["; ", ";", ", ", ",", "\n", " / ", "/", " | ", "|", " & ", "&", " and ", " ", "  ", "\t", " or "][..]),
        named in any::<bool>(),
    ) {
        let of = |name: &str| if named { format!("{name} <{name}@example.com>") } else { format!("{name}@example.com") };
        let cell = format!("{}{separator}{}", of("jane"), of("john"));
        prop_assert!(address(&cell).is_err_and(|why| why.meant.is_none()), "{}", cell);
    }
}
