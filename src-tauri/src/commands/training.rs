//! The training's panel: what happens in the simulator. On a real desk there is none.

use engine::settings::Language;

use super::Answer;
use crate::contract::{ErrorCode, Failure, Training, TrainingAct};
use crate::session::Session;

/// Refuses what would reach for a real keyring or the system's settings.
pub fn not_in_training(language: Language) -> Failure {
    Failure::of(ErrorCode::NotNow, language).message(say!(
        language,
        "Это учебный режим: здесь всё ненастоящее, токены и автозапуск не меняются. Настройте это в обычном режиме.",
        "This is training: nothing here is real, and tokens and autostart are not changed. Set them up in the real program.",
    ))
}

fn no_training(language: Language) -> Failure {
    Failure::of(ErrorCode::NotNow, language).detail("this is no training")
}

pub async fn training(session: &Session) -> Answer<Training> {
    let control = session.training.as_ref().ok_or_else(|| no_training(session.language()))?;
    control.look().await.map_err(|error| Failure::internal(error, session.language()))
}

pub async fn training_act(session: &Session, act: TrainingAct) -> Answer<Training> {
    let control = session.training.as_ref().ok_or_else(|| no_training(session.language()))?;
    let done = control.act(act).await;
    done.map_err(|error| Failure::of(ErrorCode::NotNow, session.language()).detail(error))?;
    training(session).await
}

/// The commands.
pub mod command {
    use super::super::Here;
    use super::{Answer, Training, TrainingAct};

    #[tauri::command(rename_all = "snake_case")]
    pub async fn training(here: Here<'_>) -> Answer<Training> {
        super::training(&here).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn training_act(here: Here<'_>, act: TrainingAct) -> Answer<Training> {
        super::training_act(&here, act).await
    }
}
