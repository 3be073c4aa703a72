//! The control page: three files of this crate, and a policy that lets them load nothing else.

use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};

type File = ([(HeaderName, &'static str); 3], &'static str);

/// No form of the page is sent by the browser itself, nothing is inline, nothing comes from elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

pub(crate) async fn html() -> File {
    file("text/html; charset=utf-8", include_str!("page.html"))
}

pub(crate) async fn css() -> File {
    file("text/css; charset=utf-8", include_str!("page.css"))
}

pub(crate) async fn script() -> File {
    file("text/javascript; charset=utf-8", include_str!("page.js"))
}

fn file(kind: &'static str, content: &'static str) -> File {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-store"), (CONTENT_SECURITY_POLICY, POLICY)], content)
}
