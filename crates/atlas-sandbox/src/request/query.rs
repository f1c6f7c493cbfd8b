//! The query of a request, checked against what the operation knows.

use crate::problem::Problem;

/// The parameters of a query, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(query: Option<&str>) -> Self {
        Query(form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect())
    }

    /// Refuses parameters that are not among these. That Atlas does so is our guess.
    pub(crate) fn check(&self, known: &[&str]) -> Result<(), Problem> {
        match self.0.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some((name, _)) => Err(Problem::invalid_query_parameter(name)),
            None => Ok(()),
        }
    }

    /// The first value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a parameter.
    pub(crate) fn all<'q>(&'q self, name: &'q str) -> impl Iterator<Item = &'q str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A flag, which is off unless it is `true`.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    /// Which page of a list is asked for.
    pub(crate) fn page(&self) -> Result<PageRequest, Problem> {
        let number = |name: &'static str, default: usize, max: usize| match self.get(name) {
            None => Ok(default),
            Some(text) => match text.parse() {
                Ok(n) if (1..=max).contains(&n) => Ok(n),
                _ => Err(Problem::invalid_query_parameter(name)),
            },
        };
        Ok(PageRequest {
            number: number("pageNum", 1, usize::MAX)?,
            size: number("itemsPerPage", 100, 500)?,
            count: self.get("includeCount") != Some("false"),
        })
    }

    /// The parameters that choose what is listed, as they go into a link: `&name=value` each.
    pub(crate) fn filters(&self) -> String {
        const OTHERS: [&str; 5] = ["envelope", "pretty", "includeCount", "itemsPerPage", "pageNum"];
        let mut text = String::new();
        for (name, value) in self.0.iter().filter(|(name, _)| !OTHERS.contains(&name.as_str())) {
            text.push('&');
            text.extend(form_urlencoded::byte_serialize(name.as_bytes()));
            text.push('=');
            text.extend(form_urlencoded::byte_serialize(value.as_bytes()));
        }
        text
    }
}

/// A page of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageRequest {
    /// From 1.
    pub(crate) number: usize,
    /// Entries on a page.
    pub(crate) size: usize,
    /// Whether the answer states how many there are in all.
    pub(crate) count: bool,
}

impl PageRequest {
    /// How many entries come before it.
    pub(crate) fn offset(&self) -> usize {
        (self.number - 1).saturating_mul(self.size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_have_bounds() {
        let page = Query::parse(None).page().unwrap();
        assert_eq!((page.number, page.size, page.count), (1, 100, true));
        let page = Query::parse(Some("pageNum=3&itemsPerPage=500&includeCount=false")).page().unwrap();
        assert_eq!((page.offset(), page.count), (1000, false));
        for bad in ["pageNum=0", "itemsPerPage=501", "itemsPerPage=0", "pageNum=x", "pageNum=-1"] {
            assert!(Query::parse(Some(bad)).page().is_err(), "{bad}");
        }
    }

    #[test]
    fn filters_go_into_links_and_page_numbers_do_not() {
        let query = Query::parse(Some("pageNum=2&username=ada%2Bx%40example.com&pretty=true"));
        assert_eq!(query.filters(), "&username=ada%2Bx%40example.com");
    }
}
