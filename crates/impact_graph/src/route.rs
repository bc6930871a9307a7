//! Whether a request goes to a route: methods, hosts and paths with parameters.

use impact_facts::Certainty;

/// A request or a route, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route<'a> {
    methods: Vec<&'a str>,
    /// The host, where it is said and is no placeholder.
    pub(crate) host: Option<&'a str>,
    segments: Vec<Segment<'a>>,
}

/// A part of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment<'a> {
    Literal(&'a str),
    Parameter,
    Rest,
}

impl<'a> Route<'a> {
    /// Takes `GET,POST host/users/{id}?q=1` apart. A name without a method has any.
    pub(crate) fn parse(name: &'a str) -> Self {
        let (methods, url) = match name.trim().split_once(char::is_whitespace) {
            Some((methods, url)) => (
                methods
                    .split([',', '|'])
                    .filter(|word| !word.is_empty())
                    .collect(),
                url.trim(),
            ),
            None => (Vec::new(), name.trim()),
        };
        let url = url.split(['?', '#']).next().unwrap_or_default();
        let (host, path) = split_host(url);
        let segments = path
            .split('/')
            .filter(|part| !part.is_empty())
            .map(Segment::parse)
            .collect();
        Self {
            methods,
            host: host.filter(|host| is_known_host(host)),
            segments,
        }
    }

    /// How sure it is that this request goes to that route, as far as method and path say: exact if every literal of
    /// the request stands in the route, possible if a parameter of the request had to be a literal of the route.
    pub(crate) fn goes_to(&self, route: &Route<'_>) -> Option<Certainty> {
        if !methods_meet(&self.methods, &route.methods) {
            return None;
        }
        let mut certainty = Certainty::Exact;
        let mut literals = 0;
        for (at, part) in route.segments.iter().enumerate() {
            match (self.segments.get(at), part) {
                (_, Segment::Rest) => return (literals > 0).then_some(certainty),
                (Some(Segment::Rest), _) => return (literals > 0).then_some(Certainty::Possible),
                (Some(Segment::Literal(have)), Segment::Literal(want)) if have == want => {
                    literals += 1
                }
                (Some(Segment::Literal(_) | Segment::Parameter), Segment::Parameter) => {}
                (Some(Segment::Parameter), Segment::Literal(_)) => certainty = Certainty::Possible,
                _ => return None,
            }
        }
        (literals > 0 && self.segments.len() == route.segments.len()).then_some(certainty)
    }
}

impl<'a> Segment<'a> {
    fn parse(part: &'a str) -> Self {
        let open =
            part.starts_with(['{', '<', '*', ':']) || part.contains('{') || part.contains('<');
        match open {
            true if part.starts_with('*')
                || part.contains("path:")
                || part.contains(":path")
                || part.contains("{*") =>
            {
                Segment::Rest
            }
            true => Segment::Parameter,
            false => Segment::Literal(part),
        }
    }
}

fn split_host(url: &str) -> (Option<&str>, &str) {
    let (after, schemed) = url
        .split_once("://")
        .map_or((url, false), |(_, rest)| (rest, true));
    if after.starts_with('/') {
        return (None, after);
    }
    match after.split_once('/') {
        Some((host, path)) => (Some(host), path),
        None if schemed => (Some(after), ""),
        None => (None, after),
    }
}

fn is_known_host(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or_default();
    !name.is_empty()
        && !name.contains(['{', '<', '%', '$'])
        && name != "localhost"
        && !is_address(name)
}

fn is_address(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_digit() || c == '.')
}

fn methods_meet(request: &[&str], route: &[&str]) -> bool {
    let any = |words: &[&str]| {
        words.is_empty() || words.iter().any(|word| *word == "ANY" || *word == "*")
    };
    any(request)
        || any(route)
        || request
            .iter()
            .any(|word| route.iter().any(|other| word.eq_ignore_ascii_case(other)))
}

/// Whether a host can only be one of the organization's own: a name without dots, or under an internal suffix.
pub(crate) fn is_internal_host(host: &str) -> bool {
    const SUFFIXES: &[&str] = &[".internal", ".local", ".svc", ".lan", ".intra", ".test"];
    let name = host.split(':').next().unwrap_or_default();
    !name.contains('.')
        || SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
        || name.contains(".svc.")
}

/// The lower-cased words of a name: `billing-api.internal` has three.
pub(crate) fn words_of(name: &str) -> Vec<String> {
    let parts = name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|part| !part.is_empty());
    parts.map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goes(request: &str, route: &str) -> Option<Certainty> {
        Route::parse(request).goes_to(&Route::parse(route))
    }

    #[test]
    fn paths_meet_by_segments() {
        assert_eq!(
            goes("GET /users/{}", "GET /users/{id}"),
            Some(Certainty::Exact)
        );
        assert_eq!(
            goes(
                "GET users-api:8080/users/7?x=1",
                "GET,HEAD /users/<int:id>/"
            ),
            Some(Certainty::Exact)
        );
        assert_eq!(
            goes("GET /users/{}", "GET /users/me"),
            Some(Certainty::Possible)
        );
        assert_eq!(
            goes("GET /files/a/b", "ANY /files/{path:path}"),
            Some(Certainty::Exact)
        );
    }

    #[test]
    fn other_methods_lengths_and_bare_parameters_do_not() {
        assert_eq!(goes("POST /users", "GET /users"), None);
        assert_eq!(goes("GET /users/1/mail", "GET /users/{id}"), None);
        assert_eq!(goes("GET /{}", "GET /{page}"), None);
    }

    #[test]
    fn a_host_is_known_unless_it_is_open_or_local() {
        assert_eq!(
            Route::parse("GET http://users-api/x").host,
            Some("users-api")
        );
        assert_eq!(Route::parse("GET {base}/x").host, None);
        assert_eq!(Route::parse("GET http://127.0.0.1:80/x").host, None);
        assert_eq!(Route::parse("GET /x").host, None);
    }
}
