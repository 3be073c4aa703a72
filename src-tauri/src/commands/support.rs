//! The file for whoever supports the shop.
//!
//! The resident program writes it: its `diagnostics` is asked, so that the file is the same from here and from
//! the command line. The page says neither what is in it nor where it lies.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use super::lists::{downloads, names};
use super::training::not_in_training;
use super::{Answer, Here, blocking};
use crate::contract::{ErrorCode, Failure};
use crate::session::Session;
use crate::time::day_of;
use crate::views::desk_zone;

const RESIDENT: &str = "booking-monitor";

/// Writes it into `directory` under a name nobody has yet; answers with the path.
pub fn diagnostics(session: &Session, resident: &Path, directory: &Path) -> Answer<String> {
    let settings = session.settings();
    let language = settings.language;
    if session.training.is_some() {
        return Err(not_in_training(language));
    }
    let failed = |detail: String| {
        Failure::of(ErrorCode::Storage, language)
            .message(say!(
                language,
                "Файл не удалось записать. Проверьте, есть ли место на диске и доступна ли папка загрузок.",
                "The file could not be written. See whether the disk has room and the downloads folder can be written.",
            ))
            .detail(detail)
    };
    let zone = desk_zone(session, &settings).map_err(|error| Failure::storage(&error, language))?;
    let name = format!("booking-monitor-support-{}", day_of(zone, session.now()));
    // The one who writes refuses what is there by then.
    let path = names(directory, &name, "txt").find(|path| !path.exists());
    let path = path.ok_or_else(|| failed("every name is taken".to_owned()))?;
    std::fs::create_dir_all(directory).map_err(|error| failed(error.to_string()))?;
    let done = Command::new(resident)
        .arg("diagnostics")
        .arg(&path)
        .arg("--data-dir")
        .arg(&session.dir)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if !done.status.success() {
        return Err(failed(String::from_utf8_lossy(&done.stderr).trim().to_owned()));
    }
    Ok(path.display().to_string())
}

/// The commands.
pub mod command {
    use super::{Answer, ErrorCode, Failure, Here, RESIDENT, blocking, downloads, env};

    #[tauri::command(rename_all = "snake_case")]
    pub async fn diagnostics(here: Here<'_>) -> Answer<String> {
        blocking(here, |session| {
            let beside = env::current_exe()
                .map(|own| own.with_file_name(format!("{RESIDENT}{}", env::consts::EXE_SUFFIX)));
            match (beside, downloads()) {
                (Ok(resident), Some(directory)) => super::diagnostics(session, &resident, &directory),
                _ => {
                    Err(Failure::of(ErrorCode::Storage, session.language())
                        .detail("the system names no home"))
                }
            }
        })
        .await
    }
}
