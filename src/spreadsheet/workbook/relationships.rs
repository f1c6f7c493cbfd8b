//! The relationships of a part: which other parts and addresses it refers to, and as what.

use super::archive::{Archive, OTHER};
use super::error::WorkbookError;
use super::xml::{Node, attribute};

/// A reference from one part to another part, or to an address outside the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Relationship {
    pub(super) id: String,
    /// The last word of its type, such as `worksheet`. The rest differs between the two editions of the format.
    pub(super) kind: String,
    pub(super) target: String,
}

/// Reads those relationships of a part that are `wanted`; a part may have none.
pub(super) fn read(
    archive: &mut Archive,
    part: &str,
    wanted: impl Fn(&Relationship) -> bool,
) -> Result<Vec<Relationship>, WorkbookError> {
    let (folder, name) = split(part);
    let path = format!("{folder}_rels/{name}.rels");
    let mut found = Vec::new();
    if !archive.has(&path) {
        return Ok(found);
    }
    let mut xml = archive.part(&path, OTHER)?;
    while let Some(event) = xml.next()? {
        let Node::Start(tag) = event else { continue };
        if tag.local_name().as_ref() != "Relationship" {
            continue;
        }
        let text = |name| Ok::<_, WorkbookError>(attribute(&tag, name)?.unwrap_or_default().into_owned());
        let kind = text("Type")?;
        let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
        let relationship = Relationship { id: text("Id")?, kind, target: text("Target")? };
        if wanted(&relationship) {
            found.push(relationship);
        }
    }
    Ok(found)
}

/// Returns the name of the part to which `part` refers as `target`.
pub(super) fn resolve(archive: &Archive, part: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let (folder, _) = split(part);
    let relative = joined(folder, &target);
    // Some writers leave out the slash of an absolute target, or write one in a relative target.
    let other =
        if target.starts_with('/') { joined(folder, target.trim_start_matches('/')) } else { joined("", &target) };
    if archive.has(&relative) || !archive.has(&other) { relative } else { other }
}

fn joined(folder: &str, target: &str) -> String {
    let mut path = Vec::new();
    for name in if target.starts_with('/') { "" } else { folder }.split('/').chain(target.split('/')) {
        match name {
            "" | "." => {}
            ".." => drop(path.pop()),
            name => path.push(name),
        }
    }
    path.join("/")
}

/// Splits the name of a part after its last slash.
fn split(part: &str) -> (&str, &str) {
    part.split_at(part.rfind('/').map_or(0, |slash| slash + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_relative_to_the_folder_of_its_part() {
        for (folder, target, expected) in [
            ("xl/", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl/", "/xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl/", "./worksheets//sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl/worksheets/", "../media/image1.png", "xl/media/image1.png"),
            ("", "xl/workbook.xml", "xl/workbook.xml"),
            ("", "../../x.xml", "x.xml"),
        ] {
            assert_eq!(joined(folder, target), expected, "{folder} {target}");
        }
    }
}
