//! The source of each sample, how it is run, and the outcomes of its rows.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, FilterCondition, Format, Formula, Workbook, XlsxError};

use super::Outcome::{self, *};

/// A file in `samples/`.
pub(super) struct Sample {
    pub(super) name: &'static str,
    pub(super) content: Content,
    /// The arguments after `--sandbox`, as typed in a shell.
    pub(super) flags: &'static str,
    /// The rows' outcomes; `None` if the file is refused.
    pub(super) outcomes: Option<&'static [Outcome]>,
}

/// The source of a file.
pub(super) enum Content {
    /// Written by hand, and the source of itself.
    ByHand,
    Utf8(&'static str),
    Utf8Marked(&'static str),
    Utf16Le(&'static str),
    /// Text in the encoding of this name.
    Encoded(&'static str, &'static str),
    Workbook(fn() -> Result<Vec<u8>, XlsxError>),
}

impl Content {
    /// Returns the file's bytes, unless it is written by hand.
    pub(super) fn bytes(&self) -> Option<Vec<u8>> {
        Some(match self {
            Content::ByHand => return None,
            Content::Utf8(text) => text.as_bytes().to_vec(),
            Content::Utf8Marked(text) => format!("\u{feff}{text}").into_bytes(),
            Content::Utf16Le(text) => format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Content::Encoded(name, text) => {
                let encoding = encoding_rs::Encoding::for_label(name.as_bytes()).expect("an encoding");
                let (bytes, _, is_lossy) = encoding.encode(text);
                assert!(!is_lossy, "{text}");
                bytes.into_owned()
            }
            Content::Workbook(make) => make().expect("a workbook"),
        })
    }
}

/// Two sheets, of which the first is read: a date, a number, a formula, a hidden row, an empty row.
fn workbook() -> Result<Vec<u8>, XlsxError> {
    let mut workbook = started()?;
    let date = Format::new().set_num_format("dd.mm.yyyy");
    let sheet = workbook.add_worksheet().set_name("New starters")?;
    write(
        sheet,
        &[
            &["Full name", "E-mail", "Atlas role", "Teams", "Start", "Desk"],
            &["Greta Lindqvist", "greta.lindqvist@example.com", "Organization Member", "Backend"],
            &["Hidden Person", "hidden.person@example.com", "Organization Read Only"],
            &[],
            &["Ivo Novak", "", "Organization Member", "Analytics; Security"],
            &["Lost Reference", "", "Organization Member"],
        ],
    )?;
    sheet.write_with_format(1, 4, ExcelDateTime::from_ymd(2026, 12, 1)?, &date)?.write(1, 5, 12)?;
    sheet.set_row_hidden(2)?;
    sheet.write(4, 1, Formula::new("LOWER(\"Ivo.Novak@example.com\")").set_result("ivo.novak@example.com"))?;
    sheet.write(5, 1, Formula::new("NA()").set_result("#N/A"))?;
    let sheet = workbook.add_worksheet().set_name("Contractors")?;
    write(sheet, &[&["E-mail", "Role"], &["joris.peeters@example.org", "Organization Read Only"]])?;
    workbook.save_to_buffer()
}

/// A filter shows two of four people.
fn filtered() -> Result<Vec<u8>, XlsxError> {
    let mut workbook = started()?;
    let sheet = workbook.add_worksheet();
    write(
        sheet,
        &[
            &["Email", "Role", "Department"],
            &["lena.fuchs@example.com", "Organization Member", "Engineering"],
            &["marco.conti@example.com", "Organization Member", "Sales"],
            &["nadia.haddad@example.com", "Organization Member", "Engineering"],
            &["oskar.lind@example.com", "Organization Member", "Sales"],
        ],
    )?;
    sheet.autofilter(0, 0, 4, 2)?.filter_column(2, &FilterCondition::new().add_list_filter("Engineering"))?;
    workbook.save_to_buffer()
}

/// An empty cover sheet; then a team in a cell that is merged over its people, and a name that links to an address.
fn merged() -> Result<Vec<u8>, XlsxError> {
    let mut workbook = started()?;
    workbook.add_worksheet().set_name("Cover")?;
    let sheet = workbook.add_worksheet().set_name("People")?;
    write(
        sheet,
        &[
            &["Email", "Role", "Team"],
            &["petra.novotna@example.com", "Organization Member"],
            &["", "Organization Member"],
            &["quentin.roy@example.com", "Organization Read Only", "Security"],
        ],
    )?;
    sheet.write_url_with_text(2, 0, "mailto:ravi.menon@example.com", "Ravi Menon")?;
    sheet.merge_range(1, 2, 2, 2, "Backend", &Format::new())?;
    workbook.save_to_buffer()
}

/// A sheet with an explanation comes first, as in many a form, so that the one with people must be named.
fn form() -> Result<Vec<u8>, XlsxError> {
    let mut workbook = started()?;
    let sheet = workbook.add_worksheet().set_name("How to fill this in")?;
    write(sheet, &[&["Please list your people on the next sheet."]])?;
    let sheet = workbook.add_worksheet().set_name("People")?;
    write(sheet, &[&["email", "roles"], &["kira.bauer@example.com", "Organization Member"]])?;
    workbook.save_to_buffer()
}

fn started() -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2026, 1, 1)?));
    Ok(workbook)
}

fn write(sheet: &mut rust_xlsxwriter::Worksheet, rows: &[&[&str]]) -> Result<(), XlsxError> {
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(*cells).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write(row, column, *cell)?;
        }
    }
    Ok(())
}

use Content::*;

/// Every sample, in the order of the page.
pub(super) const SAMPLES: &[Sample] = &[
    Sample {
        name: "onboarding.csv",
        content: ByHand,
        flags: "",
        outcomes: Some(&[
            Invited,
            Invited,
            Invited,
            Member,
            Invited,
            Invited,
            Invited,
            Member,
            Invited,
            Already,
            Invited,
            Invited,
            Invalid("INVALID_EMAIL"),
            Invited,
            Invalid("UNKNOWN_ROLE"),
            Invited,
            Invalid("UNKNOWN_TEAM"),
            Duplicate,
            Invited,
            Invalid("MISSING_EMAIL"),
            Invited,
            Invalid("CONFLICTING_DUPLICATE"),
            Invited,
            Invited,
            Invited,
            Invited,
        ]),
    },
    Sample {
        name: "excel-utf8.csv",
        content: Utf8Marked(
            "Name,Email,Role\r\n\
             Zoë Müller,zoe.mueller@example.com,Organization Member\r\n\
             \"Nguyễn, Thị Hà\",ha.nguyen@example.com,Organization Read Only\r\n",
        ),
        flags: "",
        outcomes: Some(&[Invited, Invited]),
    },
    Sample {
        name: "excel-unicode-text.txt",
        content: Utf16Le(
            "Name\tEmail\tRole\r\n\
             Zoë Müller\tzoe.mueller@example.com\tOrganization Member\r\n\
             佐藤 花子\thanako.sato@example.com\tmember\r\n",
        ),
        flags: "",
        outcomes: Some(&[Invited, Invited]),
    },
    Sample {
        name: "excel-german.csv",
        content: Encoded(
            "windows-1252",
            "Name;E-Mail-Adresse;Rolle;Gehaltsgruppe\r\n\
             Jürgen Groß;juergen.gross@example.com;Mitglied;E 13,5\r\n\
             Änne Löwe;aenne.loewe@example.com;Eigentümer;E 14\r\n",
        ),
        flags: "",
        outcomes: Some(&[Invited, Invited]),
    },
    Sample {
        name: "excel-polish.csv",
        content: Encoded(
            "windows-1250",
            "Imię i nazwisko;E-mail;Role\r\n\
             Łukasz Wiśniewski;lukasz.w@example.com;ORG_MEMBER\r\n\
             Małgorzata Dąbrowska;malgorzata.d@example.com;ORG_MEMBER\r\n",
        ),
        flags: "",
        outcomes: Some(&[Invited, Invited]),
    },
    Sample {
        name: "excel-japanese.csv",
        content: Encoded(
            "shift_jis",
            "氏名,email,roles\r\n佐藤花子,hanako.sato@example.com,ORG_MEMBER\r\n\
             鈴木一郎,ichiro.suzuki@example.com,ORG_MEMBER\r\n",
        ),
        flags: "",
        outcomes: Some(&[Invited, Invited]),
    },
    Sample {
        name: "excel-mac.csv",
        content: Encoded(
            "macintosh",
            "Prénom,Nom,E-mail,Rôle\rZoé,Lefèvre,zoe.lefevre@example.com,ORG_MEMBER\r\
             Jérôme,Nuñez,jerome.nunez@example.com,ORG_READ_ONLY\r",
        ),
        flags: "",
        outcomes: Some(&[Invited, Invited]),
    },
    Sample {
        name: "one-letter.csv",
        content: Encoded("windows-1250", "Name;E-Mail;Ort\r\nIvo Malek;ivo.malek@example.com;Plzeň\r\n"),
        flags: "--encoding windows-1250 --default-roles ORG_MEMBER",
        outcomes: Some(&[Invited]),
    },
    Sample {
        name: "spaces.csv",
        content: Utf8(
            " \n\
             email, roles, name\n\
             sam.lee@example.com, ORG_MEMBER, \"Lee, Sam\"\n\
             =\"pat.kim@example.com\", \"ORG_MEMBER\", Pat\n\u{1a}",
        ),
        flags: "",
        outcomes: Some(&[Invited, Invited]),
    },
    Sample {
        name: "sep-line.csv",
        content: Utf8(
            "sep=;\r\n\
             E-Mail;Role;Notes\r\n\
             max.weber@example.com;member;\"desk 4; second floor\"\r\n",
        ),
        flags: "",
        outcomes: Some(&[Invited]),
    },
    Sample {
        name: "tabs.tsv",
        content: Utf8("Name\tEmail\tOrg Role\nLi Wei\tli.wei@example.com\tORG_MEMBER\n"),
        flags: "",
        outcomes: Some(&[Invited]),
    },
    Sample {
        name: "pipes.txt",
        content: Utf8("EMP_ID|WORK_EMAIL|ROLE_NAME\n00017|li.wei@example.com|ORG_MEMBER\n"),
        flags: "",
        outcomes: Some(&[Invited]),
    },
    Sample {
        name: "odd-separator.txt",
        content: Utf8("Vorname, Name;E-Mail, dienstlich;Rolle\nMax Weber;max.weber@example.com;Mitglied\n"),
        flags: "--delimiter semicolon --column email=\"E-Mail, dienstlich\"",
        outcomes: Some(&[Invited]),
    },
    Sample {
        name: "old-mac.csv",
        content: Utf8("email,roles\rsam.lee@example.com,member\rpat.kim@example.com,member\r"),
        flags: "",
        outcomes: Some(&[Invited, Invited]),
    },
    Sample {
        name: "german.csv",
        content: Utf8(
            "Vorname;Nachname;E-Mail-Adresse;Rolle;Team;Projekte\n\
             Jürgen;Groß;juergen.gross@example.com;Mitglied;Backend;billing=GROUP_READ_ONLY\n",
        ),
        flags: "",
        outcomes: Some(&[Invited]),
    },
    Sample {
        name: "spanish.csv",
        content: Utf8(
            "Nombre;Correo electrónico;Rol;Equipos;Proyectos\n\
             Íñigo Peña;inigo.pena@example.com;Miembro de la organización;Analytics;\n\
             Ana Ruiz;ana.ruiz@example.com;Propietario;;warehouse=GROUP_OWNER\n",
        ),
        flags: "",
        outcomes: Some(&[Invited, Invited]),
    },
    Sample {
        name: "french.csv",
        content: Utf8(
            "Nom;Adresse e-mail;Rôle;Équipe;Projets\n\
             Amélie Dubois;amelie.dubois@example.com;Membre de l'organisation;Backend;\n\
             Noël Lefèvre;noel.lefevre@example.com;Lecture seule;;\n",
        ),
        flags: "",
        outcomes: Some(&[Invited, Invited]),
    },
    Sample {
        name: "portuguese.csv",
        content: Utf8(
            "Nome;Endereço de e-mail;Funções;Equipe;Projetos\n\
             João Conceição;joao.conceicao@example.com;Membro;Security;\n\
             Inês Brandão;ines.brandao@example.com;Proprietário;;\n",
        ),
        flags: "",
        outcomes: Some(&[Invited, Invited]),
    },
    Sample {
        name: "address-book.csv",
        content: Utf8(
            "Contact Email,Role\n\
             Jane Doe <jane.doe@example.com>,member\n\
             \"\"\"Roe, Richard\"\" <richard.roe@example.com>\",member\n\
             mailto:sam.lee@example.com,member\n\
             \u{a0} pat.kim@example.com\u{a0},\u{a0}member \n\
             JANE.DOE@example.com,member\n",
        ),
        flags: "",
        outcomes: Some(&[Invited, Invited, Invited, Invited, Duplicate]),
    },
    Sample {
        name: "gaps.csv",
        content: Utf8(
            "\n\
             Email,Role,Teams,Address,,\n\
             \n\
             sam.lee@example.com,member\n\
             pat.kim@example.com,member,Backend,\"1 Main St\nSpringfield\",,\n\
             ,,,,,\n\
             kim.park@example.com,member,,,,\n",
        ),
        flags: "",
        outcomes: Some(&[Invited, Invited, Invited]),
    },
    Sample {
        name: "teams-and-projects.csv",
        content: Utf8(
            "email,roles,teams,projects,org_id\n\
             sam.lee@example.com,ORG_MEMBER,Backend,billing=GROUP_READ_ONLY,\n\
             pat.kim@example.com,member|org billing viewer,data platform; SECURITY,\
             Warehouse=Project Read Only+Project Owner | billing=GROUP_OWNER,5a4db0c5a4db0c5a4db0c5a4\n\
             kim.park@example.com,Organization Project Creator,7ea000000000000000000002,\
             9c0000000000000000000001=GROUP_READ_ONLY,\n",
        ),
        flags: "",
        outcomes: Some(&[Invited, Invited, Invited]),
    },
    Sample {
        name: "one-role-for-all.csv",
        content: Utf8("email\nsam.lee@example.com\npat.kim@example.com\n"),
        flags: "--default-roles ORG_MEMBER",
        outcomes: Some(&[Invited, Invited]),
    },
    Sample {
        name: "two-emails.csv",
        content: Utf8(
            "Name,Email,Work Email,Access level\n\
             Sam Lee,sam@example.org,sam.lee@example.com,Organization Member\n",
        ),
        flags: "--column email=\"Work Email\" --column roles=\"Access level\"",
        outcomes: Some(&[Invited]),
    },
    Sample {
        name: "title-rows.csv",
        content: Utf8(
            "Active employees as of 30.11.2026;;;\n\
             Human Resources, London;;;\n\
             ;;;\n\
             ;Employee;;Access\n\
             No.;Full name;Email Address [Required];Role *\n\
             1;Sam Lee;sam.lee@example.com;Organization Member\n\
             2;Pat Kim;pat.kim@example.com;Organization Read Only\n",
        ),
        flags: "",
        outcomes: Some(&[Invited, Invited]),
    },
    Sample {
        name: "work-and-private.csv",
        content: Utf8(
            "Worker,Primary Work Email,Personal Email,Manager Email,Role\n\
             Sam Lee,sam.lee@example.com,sam@example.org,kim.park@example.com,Software Engineer\n\
             Pat Kim,,pat@example.org,kim.park@example.com,Accountant\n",
        ),
        flags: "--ignore-column Role --default-roles ORG_MEMBER",
        outcomes: Some(&[Invited, Invalid("MISSING_EMAIL")]),
    },
    Sample {
        name: "bad-rows.csv",
        content: Utf8(
            "email,roles,teams,projects,org_id\n\
             sam.lee@example.com,member,,,\n\
             ,member,,,\n\
             pat.kim.example.com,member,,,\n\
             pat\u{200b}.kim@example.com,member,,,\n\
             zoë@example.com,member,,,\n\
             a@example.com,,,,\n\
             b@example.com,Admn,,,\n\
             c@example.com,member,Bakend,,\n\
             d@example.com,member,7ea00000000000000000002,,\n\
             e@example.com,member,,biling=GROUP_OWNER,\n\
             f@example.com,member,,billing,\n\
             g@example.com,member,,billing=Boss,\n\
             h@example.com,member,,,bbbbbbbbbbbbbbbbbbbbbbbb\n\
             i@example.com,member,,,ours\n\
             #N/A,member,,,\n\
             j@example.com,member,,,,what is this?\n\
             Sam.Lee@example.com,member,,,\n\
             sam.lee@example.com,owner,,,\n",
        ),
        flags: "",
        outcomes: Some(&[
            Invited,
            Invalid("MISSING_EMAIL"),
            Invalid("INVALID_EMAIL"),
            Invalid("INVALID_EMAIL"),
            Invalid("INVALID_EMAIL"),
            Invalid("MISSING_ROLE"),
            Invalid("UNKNOWN_ROLE"),
            Invalid("UNKNOWN_TEAM"),
            Invalid("INVALID_TEAM_ID"),
            Invalid("UNKNOWN_PROJECT"),
            Invalid("INVALID_PROJECT"),
            Invalid("UNKNOWN_PROJECT_ROLE"),
            Invalid("OTHER_ORGANIZATION"),
            Invalid("INVALID_ORG_ID"),
            Invalid("FORMULA_ERROR"),
            Invalid("TOO_MANY_FIELDS"),
            Duplicate,
            Invalid("CONFLICTING_DUPLICATE"),
        ]),
    },
    Sample {
        name: "stray-quote.csv",
        content: Utf8(
            "email,roles,name\n\
             sam.lee@example.com,member,\"Sam\n\
             pat.kim@example.com,member,Pat\n\
             kim.park@example.com,member,\"Kim\"\n",
        ),
        flags: "",
        outcomes: None,
    },
    Sample {
        name: "web-page.xls",
        content: Utf8(
            "<html><body><table>\n\
             <tr><th>email</th><th>roles</th></tr>\n\
             <tr><td>sam.lee@example.com</td><td>member</td></tr>\n\
             </table></body></html>\n",
        ),
        flags: "",
        outcomes: None,
    },
    Sample {
        name: "hr-export.csv",
        content: Utf8(
            "Employee ID,Name,Work Email,Department,Job Title,Location\n\
             1001,Sam Lee,sam.lee@example.com,Engineering,Software Engineer,Berlin\n\
             1002,Pat Kim,pat.kim@example.com,Engineering,Engineering Manager,Berlin\n\
             1003,Kira Bauer,kira.bauer@example.com,Data,Data Analyst,Paris\n\
             1004,Ivo Novak,ivo.novak@example.com,Customer Success,Account Manager,Paris\n\
             1005,Greta Lindqvist,greta.lindqvist@example.com,Legal,Counsel,Berlin\n\
             1006,Joris Peeters,joris.peeters@example.org,Engineering Operations,Contractor,Paris\n",
        ),
        flags: "--map samples/hr-map.csv",
        outcomes: Some(&[Invited, Invited, Invited, Invited, Invalid("NO_RULE"), Invited]),
    },
    Sample {
        name: "no-header.csv",
        content: Utf8("sam.lee@example.com,member\npat.kim@example.com,member\n"),
        flags: "",
        outcomes: None,
    },
    Sample {
        name: "workbook.xlsx",
        content: Workbook(workbook),
        flags: "--hidden-rows include",
        outcomes: Some(&[Invited, Invited, Invited, Invalid("FORMULA_ERROR")]),
    },
    Sample {
        name: "filtered.xlsx",
        content: Workbook(filtered),
        flags: "--hidden-rows skip",
        outcomes: Some(&[Invited, Invited]),
    },
    Sample { name: "merged.xlsx", content: Workbook(merged), flags: "", outcomes: Some(&[Invited, Invited, Invited]) },
    Sample { name: "form.xlsx", content: Workbook(form), flags: "--sheet People", outcomes: Some(&[Invited]) },
];

/// The files that a flag of a sample names.
pub(super) const MAPS: &[(&str, Content)] = &[(
    "hr-map.csv",
    Utf8(
        "Department,Job Title,Work Email,roles,teams,projects\n\
         Engineering*,,,Organization Member,Backend,billing=GROUP_READ_ONLY\n\
         Data,,,Organization Member,Data Platform; Analytics,warehouse=GROUP_DATA_ACCESS_READ_WRITE\n\
         Customer Success,,,Organization Read Only,Customer Success,\n\
         ,*Manager,,Organization Billing Viewer,,\n\
         ,,*@example.org,,Security,\n",
    ),
)];
