//! A Tauri window of the same version with nothing in it: what the window's memory is compared with
//! by `make bench`. Ends when its window is closed.

use tauri::{WebviewUrl, WebviewWindowBuilder};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let context = tauri::generate_context!();
    let empty = WebviewUrl::CustomProtocol("about:blank".parse()?);
    tauri::Builder::default()
        .setup(|app| {
            WebviewWindowBuilder::new(app, "main", empty).inner_size(1080.0, 720.0).build()?;
            Ok(())
        })
        .run(context)?;
    Ok(())
}
