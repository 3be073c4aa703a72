//! A Tauri window of the same version with a page of one word in it: what the window's memory is
//! compared with by `make bench`. Ends when its window is closed.

use tauri::http::Response;
use tauri::{WebviewUrl, WebviewWindowBuilder};

const PAGE: &[u8] =
    b"<!doctype html><html lang=en><meta charset=utf-8><title>Bare</title><h1>Bare</h1></html>";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let context = tauri::generate_context!();
    // `about:blank` would not do: WebKit starts no process for it.
    let page = WebviewUrl::CustomProtocol("bare://localhost/".parse()?);
    tauri::Builder::default()
        .register_uri_scheme_protocol("bare", |_, _| {
            Response::builder().header("content-type", "text/html").body(PAGE).unwrap_or_default()
        })
        .setup(|app| {
            WebviewWindowBuilder::new(app, "main", page).inner_size(1180.0, 680.0).build()?;
            Ok(())
        })
        .run(context)?;
    Ok(())
}
