//! A row of the table: a path, its methods, and what `OPTIONS` tells of them.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use http::{HeaderValue, Method};
use percent_encoding::percent_decode_str;

use super::{Access, Doc, Endpoint, Field, Handler, Parameter, Params};
use crate::rate_limit::RateClass;

/// The formats that a suffix may name: those of `?format=`.
const FORMATS: [&str; 2] = ["json", "api"];

/// A path and its methods.
///
/// ```
/// use chatapi_core::http::{Access, Call, Response, Route, json};
/// use chatapi_core::{ChatApi, Result};
///
/// async fn hello(_: ChatApi, call: Call) -> Result<Response> {
///     json(http::StatusCode::OK, &format!("Hello {}", call.user()?.username))
/// }
///
/// let route = Route::new("/hello/").named("Hello").get(hello);
/// assert_eq!(route.allow(), "GET, HEAD, OPTIONS");
/// ```
#[derive(Clone)]
#[must_use]
pub struct Route {
    path: Cow<'static, str>,
    name: Cow<'static, str>,
    description: Cow<'static, str>,
    tag: Cow<'static, str>,
    parameters: Vec<Parameter>,
    access: Access,
    is_listed: bool,
    integer_id: bool,
    /// What a suffix that names a format follows, as `.json` does in `/auth/users.json`.
    stem: Option<String>,
    endpoints: Vec<Endpoint>,
    allow: HeaderValue,
    pub(crate) forms: Vec<Form>,
}

/// The fields that a method takes, as `OPTIONS` tells them to those whom `guard` lets through.
#[derive(Clone)]
pub(crate) struct Form {
    pub(crate) method: Method,
    pub(crate) fields: &'static [Field],
    pub(crate) guard: Option<Arc<dyn Handler>>,
}

impl Route {
    /// A path like `/rooms/{id}/`, with a slash at the end: both forms are served.
    pub fn new(path: impl Into<Cow<'static, str>>) -> Self {
        Self {
            path: path.into(),
            name: Cow::Borrowed(""),
            description: Cow::Borrowed(""),
            tag: Cow::Borrowed(""),
            parameters: Vec::new(),
            access: Access::Users,
            is_listed: true,
            integer_id: false,
            stem: None,
            endpoints: Vec::new(),
            allow: HeaderValue::from_static("OPTIONS"),
            forms: Vec::new(),
        }
    }

    /// The name that `OPTIONS` gives.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = name.into();
        self
    }

    /// The description that `OPTIONS` gives.
    pub fn described(mut self, description: impl Into<Cow<'static, str>>) -> Self {
        self.description = description.into();
        self
    }

    /// The heading that the API's document has it under; the beginning of its path, where nothing is said.
    pub fn tagged(mut self, tag: impl Into<Cow<'static, str>>) -> Self {
        self.tag = tag.into();
        self
    }

    /// What a parameter of the path is, for the API's document.
    pub fn parameter(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// It is no part of the API, but a page or a file beside it: the API's document does not name it, and its answers have one
    /// form, whatever the client accepts.
    pub fn unlisted(mut self) -> Self {
        self.is_listed = false;
        self
    }

    /// Who may call the path: the methods added after this, `OPTIONS`, and methods that it does not have. Users alone
    /// where nothing is said.
    pub fn access(mut self, access: Access) -> Self {
        self.access = access;
        self
    }

    /// The path is only there where its `{id}` is made of digits.
    pub fn integer_id(mut self) -> Self {
        self.integer_id = true;
        self
    }

    /// The path is also there with a format in place of the slash at its end, as in `/users.json` or `/users/7.json/`: the
    /// suffixes of Django REST Framework. It is the parameter `format`, and comes before `?format=`.
    pub fn json_suffix(mut self) -> Self {
        self.stem = Some(without_slash(&self.path).to_owned());
        self
    }

    /// The path is also there with a format after the slash at its end, as in `/.json`: otherwise like
    /// [`json_suffix`](Self::json_suffix), for the root of a group of paths.
    pub fn root_json_suffix(mut self) -> Self {
        self.stem = Some(self.path.to_string());
        self
    }

    /// Answers `GET`, and so `HEAD`.
    pub fn get(self, handler: impl Handler + 'static) -> Self {
        self.method(Method::GET, handler)
    }

    /// Answers `POST`.
    pub fn post(self, handler: impl Handler + 'static) -> Self {
        self.method(Method::POST, handler)
    }

    /// Answers `PUT`.
    pub fn put(self, handler: impl Handler + 'static) -> Self {
        self.method(Method::PUT, handler)
    }

    /// Answers `PATCH`.
    pub fn patch(self, handler: impl Handler + 'static) -> Self {
        self.method(Method::PATCH, handler)
    }

    /// Answers `DELETE`.
    pub fn delete(self, handler: impl Handler + 'static) -> Self {
        self.method(Method::DELETE, handler)
    }

    /// Answers a method, with the access that was named last.
    pub fn method(mut self, method: Method, handler: impl Handler + 'static) -> Self {
        let (access, handler) = (self.access, Arc::new(handler));
        self.endpoints.push(Endpoint { method, access, class: None, handler, doc: Doc::default() });
        // The names of methods are made of characters that a header may have.
        self.allow = HeaderValue::from_str(&self.methods().join(", ")).unwrap_or(self.allow);
        self
    }

    /// Opens the method that was added last to anybody; credentials that are sent must still be good.
    pub fn open(mut self) -> Self {
        if let Some(endpoint) = self.endpoints.last_mut() {
            endpoint.access = Access::Anyone;
        }
        self
    }

    /// Counts requests to the method that was added last as such of this class, by user or by network: see
    /// [rate limits](crate::rate_limit).
    pub fn limited(mut self, class: RateClass) -> Self {
        if let Some(endpoint) = self.endpoints.last_mut() {
            endpoint.class = Some(class);
        }
        self
    }

    /// Says what the method that was added last does, takes and gives.
    pub fn documented(mut self, doc: Doc) -> Self {
        if let Some(endpoint) = self.endpoints.last_mut() {
            endpoint.doc = doc;
        }
        self
    }

    /// The fields that a method takes.
    pub fn form(mut self, method: Method, fields: &'static [Field]) -> Self {
        self.forms.push(Form { method, fields, guard: None });
        self
    }

    /// The fields that a method takes, told to those alone whom `guard` does not refuse.
    pub fn guarded_form(
        mut self,
        method: Method,
        fields: &'static [Field],
        guard: impl Handler + 'static,
    ) -> Self {
        self.forms.push(Form { method, fields, guard: Some(Arc::new(guard)) });
        self
    }

    /// The path, with a slash at the end.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Every form of the path that an adapter mounts: with the slash at its end, without, and with the suffix of a format.
    pub fn paths(&self) -> Vec<String> {
        let mut paths = vec![self.path.to_string()];
        paths.extend(self.path.strip_suffix('/').filter(|short| !short.is_empty()).map(str::to_owned));
        // Frameworks differ in what they take for the end of a parameter: there the suffix is a part of it.
        for stem in self.stem.iter().filter(|stem| !stem.ends_with('}')) {
            paths.extend(FORMATS.iter().flat_map(|format| {
                let suffixed = format!("{stem}.{format}");
                [format!("{suffixed}/"), suffixed]
            }));
        }
        paths
    }

    /// The name that `OPTIONS` gives.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The description that `OPTIONS` gives.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The heading that the API's document has it under; empty where nothing was said.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// What was said of the parameters of its path.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// Whether it is a part of the API, not a page or a file beside it.
    pub fn is_listed(&self) -> bool {
        self.is_listed
    }

    /// Its methods, less `HEAD` and `OPTIONS`, which every path answers by itself.
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// The endpoint of a method; that of `HEAD` is the one of `GET`.
    pub fn endpoint(&self, method: &Method) -> Option<&Endpoint> {
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        self.endpoints.iter().find(|endpoint| endpoint.method == *method)
    }

    /// Whether a path with these parameters exists. With [`integer_id`](Self::integer_id), a path whose `id` is no number does
    /// not, and is answered as an unknown one.
    pub fn has(&self, params: &Params) -> bool {
        let digits = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        !self.integer_id || params.get("id").is_some_and(digits)
    }

    /// What `Allow` says: its methods in the order of the documented API.
    pub fn allow(&self) -> &str {
        self.allow.to_str().unwrap_or_default()
    }

    /// The value of `Allow`.
    pub(crate) fn allowed(&self) -> HeaderValue {
        self.allow.clone()
    }

    fn methods(&self) -> Vec<&str> {
        let mut methods: Vec<&str> = self.endpoints.iter().map(|endpoint| endpoint.method.as_str()).collect();
        if methods.contains(&"GET") {
            methods.push("HEAD");
        }
        methods.push("OPTIONS");
        methods
    }

    /// Who may call this method.
    pub(crate) fn access_of(&self, method: &Method) -> Access {
        self.endpoint(method).map_or(self.access, |endpoint| endpoint.access)
    }

    /// The parameters of a path that is one of [`paths`](Self::paths), decoded. What cannot be decoded is left out.
    pub(crate) fn params_of(&self, path: &str) -> Option<Params> {
        let (known, asked) = (without_slash(&self.path), without_slash(path));
        let asked = self.without_format(asked).map_or(asked, without_slash);
        let (mut known, mut asked) = (known.split('/'), asked.split('/'));
        let mut params = Vec::new();
        loop {
            let (known, asked) = match (known.next(), asked.next()) {
                (None, None) => return Some(params.into_iter().collect()),
                (Some(known), Some(asked)) => (known, asked),
                _ => return None,
            };
            match known.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) if !asked.is_empty() => {
                    let value = percent_decode_str(asked).decode_utf8().ok();
                    params.extend(value.map(|value| (name.to_owned(), value.into_owned())));
                }
                None if known == asked => {}
                _ => return None,
            }
        }
    }

    /// The parameters of a path with the format that its suffix names, if it has one: the parameter that ends the path may
    /// hold that.
    pub(crate) fn with_format(&self, path: &str, params: Params) -> Params {
        let Some(stem) = &self.stem else { return params };
        let last = stem.rsplit_once('{').and_then(|(_, name)| name.strip_suffix('}'));
        let named = last.map_or(Some(without_slash(path)), |last| params.get(last));
        let Some((bare, format)) = named.and_then(|named| named.rsplit_once('.')) else { return params };
        if format.is_empty() || !format.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        {
            return params;
        }
        let (bare, format) = (bare.to_owned(), format.to_owned());
        let kept = params.0.into_iter().map(|(name, value)| {
            let value = if last == Some(&*name) { bare.clone() } else { value };
            (name, value)
        });
        Params(kept.chain([("format".into(), format)]).collect())
    }

    /// The path without the suffix of a format, where it is one of [`paths`](Self::paths) with one.
    fn without_format<'a>(&self, path: &'a str) -> Option<&'a str> {
        let stem = self.stem.as_ref().filter(|stem| !stem.ends_with('}'))?;
        let (bare, format) = path.rsplit_once('.')?;
        (FORMATS.contains(&format) && bare.ends_with('/') == stem.ends_with('/')).then_some(bare)
    }
}

fn without_slash(path: &str) -> &str {
    path.strip_suffix('/').unwrap_or(path)
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route")
            .field("path", &self.path)
            .field("allow", &self.allow())
            .finish_non_exhaustive()
    }
}
