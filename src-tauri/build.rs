//! Makes a permission of each command, and embeds the built UI.

use std::path::Path;

#[path = "src/names.rs"]
mod names;

fn main() {
    let page = Path::new("../ui/dist/index.html");
    println!("cargo::rerun-if-changed=../ui/dist");
    println!("cargo::rerun-if-changed=src/names.rs");
    if !page.is_file() {
        println!(
            "cargo::error=The UI is not built: there is no ui/dist/index.html. Run `make ui`, or `npm ci && npm run build` in ui/."
        );
        return;
    }
    let manifest = tauri_build::AppManifest::new().commands(names::COMMANDS);
    if let Err(error) = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)) {
        println!("cargo::error={error:#}");
    }
}
