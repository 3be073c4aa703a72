//! Installed and opened from the menu, by somebody who has nothing set up.

use std::process::Command;

use e2e::{Installed, Screen, Version};
use serde_json::json;
use tokio::test;

#[test]
async fn from_the_package_to_the_first_read_message_in_training_without_a_console() {
    let Some(installed) = Installed::new(Version::Higher).await else { return };
    // What the window is linked to is recommended, so that everybody gets it and nothing else waits for it.
    assert!(!installed.field("Depends").contains("webkit"), "{}", installed.field("Depends"));
    assert!(installed.field("Recommends").contains("libwebkit2gtk-4.1-0"));

    let session = scenarios::Session::start().await;
    let home = tempfile::tempdir().unwrap();
    let entry = installed.menu_entry("booking-monitor-training.desktop");
    let screen = Screen::of_menu(home.path(), session.bus(), &entry).await;
    assert_eq!(installed.running().len(), 2, "the program and its window, from where they are installed");

    // A booking comes by itself; the person looks at it, and sends it.
    screen
        .sees(
            "a message that counts down",
            "return document.querySelector('[data-row] [data-act=send_now]') !== null",
        )
        .await;
    let row =
        screen.ask("return document.querySelector('[data-row]').dataset.row", Vec::new()).await.unwrap();
    let id = row.as_str().unwrap().parse().unwrap();
    let text = screen.row(id).await;
    assert!(text.contains("Здравствуйте"), "{text}");
    let taken = format!("return document.querySelector('[data-row=\"{id}\"] [data-act=send_now]') === null");
    screen
        .act_until(id, "send_now", async || screen.ask(&taken, Vec::new()).await == Some(true.into()))
        .await;
    let read = "return document.querySelector('section[aria-labelledby=recent]')?.innerText.includes(arguments[0])
        || document.querySelector('section[aria-labelledby=recent] [aria-label*=\"Прочитано\"]') !== null
        || [...document.querySelectorAll('section[aria-labelledby=recent] [title]')].some((each) => each.title.includes(arguments[0]))";
    screen.sees_with("the message, read", read, vec![json!("Прочитано")]).await;
}

#[test]
async fn every_entry_is_one_that_a_desktop_understands() {
    let Some(installed) = Installed::new(Version::Higher).await else { return };
    let names = ["booking-monitor.desktop", "booking-monitor-training.desktop"];
    let entries =
        names.map(|name| installed.menu_entry(name)).into_iter().chain([installed.autostart_entry()]);
    for entry in entries {
        let checked = Command::new("desktop-file-validate").arg(&entry).output().unwrap();
        assert!(checked.status.success(), "{checked:?}");
        let text = std::fs::read_to_string(&entry).unwrap();
        assert!(text.contains("\nIcon=booking-monitor\n"), "{text}");
    }
    for size in ["16x16", "24x24", "32x32", "48x48", "64x64", "128x128", "256x256", "512x512"] {
        let icon = format!("/usr/share/icons/hicolor/{size}/apps/booking-monitor.png");
        let described = Command::new("identify").args(["-format", "%wx%h", &icon]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&described.stdout), size, "{icon}");
    }
    assert!(std::fs::exists("/usr/share/icons/hicolor/scalable/apps/booking-monitor.svg").unwrap());
}

#[test]
async fn its_page_of_the_manual_names_every_command() {
    let Some(installed) = Installed::new(Version::Higher).await else { return };
    let page = installed.manual(Version::Higher).replace("\\-", "-");
    let help = Command::new(installed.program()).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        // A command's description goes on in lines that are further in.
        .filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' '))?.split(' ').next())
        .collect();
    assert!(commands.len() > 20, "{help}");
    for command in commands {
        assert!(page.contains(&format!(".TP\n{command}\n")), "{command} is not in the manual:\n{page}");
    }
    for section in ["ENVIRONMENT", "FILES"] {
        assert!(page.contains(section), "{page}");
    }
}
