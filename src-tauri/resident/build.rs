//! Gives the Windows executable its version, icon and manifest. Elsewhere there is nothing to do.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=windows.manifest");
    println!("cargo::rerun-if-changed=../icons/icon.ico");
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "windows") {
        // The resource compiler works in a directory of its own.
        let here = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
        let mut resources = tauri_winres::WindowsResource::new();
        resources
            .set_icon(&format!("{here}/../icons/icon.ico"))
            .set_manifest_file(&format!("{here}/windows.manifest"))
            .set("ProductName", "Booking Monitor")
            .set("FileDescription", "Booking Monitor")
            .set("OriginalFilename", "booking-monitor.exe");
        if let Err(error) = resources.compile() {
            println!("cargo::error=the resources of the executable: {error}");
        }
    }
}
