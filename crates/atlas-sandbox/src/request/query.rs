//! The query of a request.

use crate::fault::alterations::Alterations;
use crate::problem::Problem;

/// The parameters of a query, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(query: Option<&str>) -> Self {
        Query(form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect())
    }

    /// Refuses parameters other than these. That Atlas does so is a guess.
    pub(crate) fn check(&self, known: &[&str]) -> Result<(), Problem> {
        match self.0.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some((name, _)) => Err(Problem::invalid_query_parameter(name)),
            None => Ok(()),
        }
    }

    /// Returns the first value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns every value of a parameter.
    pub(crate) fn all<'q>(&'q self, name: &'q str) -> impl Iterator<Item = &'q str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns whether a parameter is `true`.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    /// Returns the page of a list that is answered to the request.
    pub(crate) fn page(&self, alterations: &Alterations) -> Result<PageRequest, Problem> {
        let number = |name: &'static str, default: usize, max: usize| match self.get(name) {
            None => Ok(default),
            Some(text) => match text.parse() {
                Ok(n) if (1..=max).contains(&n) => Ok(n),
                _ => Err(Problem::invalid_query_parameter(name)),
            },
        };
        let size = number("itemsPerPage", 100, 500)?;
        Ok(PageRequest {
            number: number("pageNum", 1, usize::MAX)?,
            size: alterations.page_cap.map_or(size, |cap| size.min(cap.get())),
            short_pages: alterations.short_pages,
            count: self.get("includeCount") != Some("false"),
        })
    }

    /// Returns the parameters that filter a list, as they go into a link: `&name=value` for each.
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
    /// The page's number, from 1.
    pub(crate) number: usize,
    /// The number of entries on a full page.
    pub(crate) size: usize,
    /// Whether every second page, the first included, has half of the entries.
    short_pages: bool,
    /// Whether the answer states the number of entries on all pages.
    pub(crate) count: bool,
}

impl PageRequest {
    /// Returns the number of entries before the page.
    pub(crate) fn offset(&self) -> usize {
        let before = self.number - 1;
        if self.short_pages {
            let short = before.div_ceil(2);
            short.saturating_mul(self.half()).saturating_add((before - short).saturating_mul(self.size))
        } else {
            before.saturating_mul(self.size)
        }
    }

    /// Returns the number of entries on the page, unless the list ends within it.
    pub(crate) fn len(&self) -> usize {
        if self.short_pages && self.number % 2 == 1 { self.half() } else { self.size }
    }

    /// Returns the number of entries before the next page.
    pub(crate) fn end(&self) -> usize {
        self.offset().saturating_add(self.len())
    }

    fn half(&self) -> usize {
        self.size.div_ceil(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_have_bounds() {
        let page = Query::parse(None).page(&Alterations::default()).unwrap();
        assert_eq!((page.number, page.size, page.count), (1, 100, true));
        let page =
            Query::parse(Some("pageNum=3&itemsPerPage=500&includeCount=false")).page(&Alterations::default()).unwrap();
        assert_eq!((page.offset(), page.count), (1000, false));
        for bad in ["pageNum=0", "itemsPerPage=501", "itemsPerPage=0", "pageNum=x", "pageNum=-1"] {
            assert!(Query::parse(Some(bad)).page(&Alterations::default()).is_err(), "{bad}");
        }
    }

    #[test]
    fn links_keep_filters_but_not_page_numbers() {
        let query = Query::parse(Some("pageNum=2&username=ada%2Bx%40example.com&pretty=true"));
        assert_eq!(query.filters(), "&username=ada%2Bx%40example.com");
    }
}
