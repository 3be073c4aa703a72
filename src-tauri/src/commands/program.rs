//! The program itself, the first run, and the windows.

use std::fs::OpenOptions;

use engine::notification::TEXT_LIMIT;

use super::{Answer, Here, blocking};
use crate::contract::{ErrorCode, Failure, Page, Program};
use crate::session::Session;
use crate::views::{desk_zone, is_set_up};

/// Its presence in the data directory says that the first run was walked through or left.
const FIRST_RUN_DONE: &str = "first-run-done";

/// What the page must know before it draws anything.
pub fn program(session: &Session, small: bool) -> Answer<Program> {
    let settings = session.settings();
    let zone = desk_zone(session, &settings).map_err(|error| Failure::storage(&error, settings.language))?;
    Ok(Program {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        data_dir: session.dir.display().to_string(),
        language: settings.language.into(),
        theme: settings.window.theme.into(),
        training: session.training.is_some(),
        small,
        page: session.page(),
        first_run: session.training.is_none()
            && !is_set_up(&settings)
            && !session.dir.join(FIRST_RUN_DONE).exists(),
        zone: zone.name().to_owned(),
        text_limit: TEXT_LIMIT,
    })
}

pub fn first_run_done(session: &Session) -> Answer<()> {
    let mark = OpenOptions::new().create(true).append(true).open(session.dir.join(FIRST_RUN_DONE));
    mark.map(drop).map_err(|error| Failure::of(ErrorCode::Storage, session.language()).detail(error))
}

/// The commands.
pub mod command {
    use tauri::{AppHandle, Manager as _, WebviewWindow};

    use super::{Answer, ErrorCode, Failure, Here, Page, Program, blocking};
    use crate::windows;

    #[tauri::command(rename_all = "snake_case")]
    pub async fn program(here: Here<'_>, window: WebviewWindow) -> Answer<Program> {
        let small = window.label() == windows::SMALL;
        blocking(here, move |session| super::program(session, small)).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn first_run_done(here: Here<'_>) -> Answer<()> {
        blocking(here, super::first_run_done).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn show_main(here: Here<'_>, app: AppHandle, page: Page) -> Answer<()> {
        let shown = windows::show_main(&app, page);
        shown.map_err(|error| Failure::of(ErrorCode::Window, here.language()).detail(error))
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn unsaved(app: AppHandle, unsaved: bool) -> Answer<()> {
        app.state::<windows::Unsaved>().set(unsaved);
        Ok(())
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn close_main(here: Here<'_>, app: AppHandle) -> Answer<()> {
        let closed = windows::close_main(&app);
        closed.map_err(|error| Failure::of(ErrorCode::Window, here.language()).detail(error))
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn hide_small(app: AppHandle) -> Answer<()> {
        windows::dismiss_small(&app);
        Ok(())
    }
}
