mod short;

use super::*;
use proptest::prelude::*;

fn number(raw: &str, region: &str) -> Result<String, PhoneFault> {
    read(raw, Some(region)).map(String::from)
}

#[track_caller]
fn reads(raw: &str, region: &str, expected: &str) {
    assert_eq!(number(raw, region).as_deref(), Ok(expected), "{raw} in {region}");
}

#[track_caller]
fn refuses(raw: &str, region: &str, fault: PhoneFault) {
    assert_eq!(number(raw, region), Err(fault), "{raw} in {region}");
}

#[test]
fn every_way_to_write_a_russian_mobile_number_gives_the_same() {
    for raw in [
        "+79161234567",
        "79161234567",
        "89161234567",
        "9161234567",
        "8 (916) 123-45-67",
        "+7 (916) 123 45 67",
        "+7(916)123-45-67 ",
        "8.916.123.45.67",
        "8\u{a0}916\u{a0}123–45–67",
        "\u{202a}+7 916 123-45-67\u{202c}",
        "(+7) 916 1234567",
        "+7\t916\t1234567",
    ] {
        reads(raw, "RU", "+79161234567");
    }
}

#[test]
fn numbers_of_the_neighbours_are_read_in_a_russian_branch() {
    reads("+375291234567", "RU", "+375291234567");
    // The trap: with the branch's region alone this is an impossible Russian number.
    reads("375291234567", "RU", "+375291234567");
    reads("8 10 375 29 123-45-67", "RU", "+375291234567");
    reads("998901234567", "RU", "+998901234567");
    reads("+998 90 123 45 67", "RU", "+998901234567");
    reads("380671234567", "RU", "+380671234567");
    reads("995599123456", "RU", "+995599123456");
    reads("37491123456", "RU", "+37491123456");
    reads("996555123456", "RU", "+996555123456");
    reads("+49 1512 3456789", "RU", "+4915123456789");
    reads("+1 (212) 555-0123", "RU", "+12125550123");
}

#[test]
fn russia_and_kazakhstan_share_a_code_and_the_number_says_which() {
    reads("8 701 123 45 67", "KZ", "+77011234567");
    reads("87011234567", "RU", "+77011234567");
    reads("7771234567", "KZ", "+77771234567");
    reads("89161234567", "KZ", "+79161234567");
}

#[test]
fn national_numbers_are_read_with_their_own_country() {
    reads("8 029 123-45-67", "BY", "+375291234567");
    reads("067 123 45 67", "UA", "+380671234567");
    reads("0555 123 456", "KG", "+996555123456");
    reads("01512 3456789", "DE", "+4915123456789");
    reads("(212) 555-0123", "US", "+12125550123");
    reads("1 212 555 0123", "US", "+12125550123");
    reads("+995 599 12 34 56", "GE", "+995599123456");
    reads("+374 91 123456", "AM", "+37491123456");
    reads("+998901234567", "UZ", "+998901234567");
}

#[test]
fn what_is_not_there_or_not_shown_is_no_number() {
    refuses("", "RU", PhoneFault::Missing);
    refuses("   ", "RU", PhoneFault::Missing);
    refuses("--", "RU", PhoneFault::Missing);
    refuses("+", "RU", PhoneFault::Missing);
    refuses("+7916***4567", "RU", PhoneFault::Hidden);
    refuses("+7 *** *** 45 67", "RU", PhoneFault::Hidden);
    refuses("********", "RU", PhoneFault::Hidden);
    refuses("123-45-67", "RU", PhoneFault::TooShort);
    refuses("916123456", "RU", PhoneFault::TooShort);
    // Ten digits, of which three lead abroad: South Africa's, and too few for one.
    refuses("011 27 821 13", "US", PhoneFault::TooShort);
    refuses("00 27 823 6789", "AR", PhoneFault::TooShort);
}

#[test]
fn of_two_numbers_none_is_chosen() {
    for raw in [
        "89161234567, 89167654321",
        "89161234567; 89167654321",
        "89161234567/89167654321",
        "89161234567 89167654321",
        "+79161234567 +79167654321",
        "89161234567\n89167654321",
        "89161234567 или 89167654321",
        "8 (495) 123-45-67, 8-916-123-45-67",
        "89161234567 мама 89167654321 папа",
    ] {
        refuses(raw, "RU", PhoneFault::TwoNumbers);
    }
}

#[test]
fn anything_beside_the_number_is_a_matter_for_a_person() {
    for raw in [
        "89161234567 доб. 12",
        "89161234567 ext 12",
        "89161234567,12",
        "89161234567#12",
        "89161234567 мама",
        "нет телефона",
        "8916I234567",
        "8+79161234567",
        "++79161234567",
        "tel:+79161234567",
        "٨٩١٦١٢٣٤٥٦٧",
        "8916123456789012345",
    ] {
        refuses(raw, "RU", PhoneFault::Unreadable);
    }
}

#[test]
fn a_digit_too_many_or_too_few_is_not_mended() {
    refuses("891612345678", "RU", PhoneFault::Invalid);
    refuses("+7916123456", "RU", PhoneFault::Invalid);
    refuses("+791612345678", "RU", PhoneFault::Invalid);
    refuses("8 916 123 45 67 12", "RU", PhoneFault::Invalid);
    // The library would take the eight and the zero for trunk prefixes and drop them.
    refuses("+7 8 916 123-45-67", "RU", PhoneFault::Invalid);
    refuses("7 8 916 123-45-67", "RU", PhoneFault::Invalid);
    refuses("+49 (0) 1512 3456789", "RU", PhoneFault::Invalid);
    refuses("4901512 3456789", "DE", PhoneFault::Invalid);
    refuses("620850000000", "RU", PhoneFault::Invalid);
    refuses("1234567809", "RU", PhoneFault::Invalid);
}

#[test]
fn a_russian_number_does_not_become_a_stranger_abroad() {
    // 84 is Vietnam and 880 Bangladesh; eleven digits after an eight are Moscow and a hotline.
    for region in [None, Some("GE"), Some("BY"), Some("DE")] {
        for raw in ["84951234567", "8 (495) 123-45-67", "88005553535", "89161234567"] {
            let read = read(raw, region);
            assert!(read.is_err(), "{raw} in {region:?}: {:?}", read.map(String::from));
        }
    }
}

#[test]
fn only_a_mobile_number_is_written_to() {
    refuses("8 (495) 123-45-67", "RU", PhoneFault::Landline);
    refuses("+7 812 123 45 67", "RU", PhoneFault::Landline);
    refuses("8 800 555 35 35", "RU", PhoneFault::TollFree);
    refuses("+7 (727) 258-12-34", "KZ", PhoneFault::Landline);
    refuses("+375 17 123 45 67", "BY", PhoneFault::Landline);
    refuses("8 809 123 45 67", "RU", PhoneFault::NotMobile);
}

#[test]
fn without_a_country_only_an_international_number_is_certain() {
    assert_eq!(read("9161234567", None), Err(PhoneFault::CountryUnknown));
    assert_eq!(read("+79161234567", None).map(String::from).as_deref(), Ok("+79161234567"));
    assert_eq!(read("79161234567", None).map(String::from).as_deref(), Ok("+79161234567"));
    assert_eq!(read("79161234567", Some("XX")).map(String::from).as_deref(), Ok("+79161234567"));
}

#[test]
fn a_number_shows_itself_only_to_who_asks_for_it() {
    let phone = read("+79161234567", None).unwrap();
    assert_eq!(masked(&phone), "…67");
    assert_eq!(format!("{phone:?}"), "Phone(…67)");
    assert_eq!(serde_json::to_string(&phone).unwrap(), "\"+79161234567\"");
    assert_eq!(serde_json::from_str::<Phone>("\"+79161234567\"").unwrap(), phone);
    for broken in
        ["\"79161234567\"", "\"+7 916\"", "\"+\"", "\"+0123456789\"", "\"\"", "\"+791612345670000000\""]
    {
        assert!(serde_json::from_str::<Phone>(broken).is_err(), "{broken}");
    }
}

#[test]
fn the_country_of_a_branch_is_what_the_owner_says_then_its_own_number_then_its_zone() {
    let region = |setting, phone, zone| region_of_branch(setting, phone, zone);
    assert_eq!(region(Some("KZ"), "+7 495 123-45-67", "Europe/Moscow").as_deref(), Some("KZ"));
    assert_eq!(region(None, "+7 (727) 258-12-34", "Europe/Moscow").as_deref(), Some("KZ"));
    assert_eq!(region(None, "8 (495) 123-45-67", "Europe/Moscow").as_deref(), Some("RU"));
    // A hotline with an eight and without a plus is not Bangladesh.
    assert_eq!(region(None, "88005553535", "Europe/Moscow").as_deref(), Some("RU"));
    assert_eq!(region(None, "88005553535", ""), None);
    assert_eq!(region(None, "+995 32 212 34 56", "").as_deref(), Some("GE"));
    // As it is written at home, with as few digits.
    assert_eq!(region(None, "22 123 456", "Europe/Chisinau").as_deref(), Some("MD"));
    assert_eq!(region(None, "", "Asia/Almaty").as_deref(), Some("KZ"));
    assert_eq!(region(None, "звоните нам", "Asia/Bishkek").as_deref(), Some("KG"));
    assert_eq!(region(Some("nonsense"), "", "Europe/Minsk").as_deref(), Some("BY"));
    assert_eq!(region(None, "", ""), None);
    assert_eq!(region(None, "", "Mars/Olympus"), None);
}

#[test]
fn zones_lie_in_their_countries() {
    for (zone, region) in [
        ("Europe/Moscow", "RU"),
        ("Asia/Vladivostok", "RU"),
        ("Asia/Almaty", "KZ"),
        ("Europe/Minsk", "BY"),
        ("Europe/Kyiv", "UA"),
        ("Europe/Kiev", "UA"),
        ("Asia/Tbilisi", "GE"),
        ("Asia/Yerevan", "AM"),
        ("Asia/Tashkent", "UZ"),
        ("Asia/Bishkek", "KG"),
        ("Asia/Baku", "AZ"),
        ("Europe/Chisinau", "MD"),
        ("Asia/Dushanbe", "TJ"),
        ("Asia/Ashgabat", "TM"),
        ("Europe/Berlin", "DE"),
        ("America/New_York", "US"),
        ("Asia/Dubai", "AE"),
    ] {
        assert_eq!(region_of_zone(zone), Some(region), "{zone}");
        assert!(is_region(region));
    }
    assert!(!is_region("ru") && !is_region("RUS") && !is_region("") && !is_region("QQ") && !is_region("001"));
}

#[test]
fn every_zone_of_the_table_exists_and_has_a_numbering_plan() {
    for (region, zones) in zones::ZONES {
        assert!(is_region(region), "{region}");
        for zone in *zones {
            assert!(zone.parse::<chrono_tz::Tz>().is_ok(), "{zone}");
        }
    }
}

proptest! {
    #[test]
    fn reading_an_accepted_number_again_gives_itself(
        raw in "[+]?[0-9 ()-]{7,18}",
        region in prop::sample::select(vec!["RU", "KZ", "BY", "UA", "GE", "AM", "UZ", "EE", "KW", "DE", "US"]),
    ) {
        if let Ok(phone) = read(&raw, Some(region)) {
            for region in [None, Some(region), Some("RU")] {
                prop_assert_eq!(read(phone.as_str(), region), Ok(phone.clone()));
            }
        }
    }

    #[test]
    fn an_accepted_number_is_the_digits_that_were_typed(
        digits in prop_oneof!["[0-9]{7,16}", "[78]{1,2}9[0-9]{9}", "810[1-9][0-9]{10,12}", "[1-9][0-9]{10,13}"],
        region in prop::sample::select(vec!["RU", "KZ", "BY", "UA", "GE", "EE", "KW", "DE", "US"]),
    ) {
        if let Ok(phone) = read(&digits, Some(region)) {
            let accepted = phone.as_str().trim_start_matches('+');
            // But for what leads to it: a trunk prefix in place of the country code.
            let typed = (0..=4).any(|code| accepted.get(code..).is_some_and(|rest| digits.ends_with(rest)));
            prop_assert!(typed, "{digits} became {accepted}");
        }
        if let Ok(phone) = read(&format!("+{digits}"), Some(region)) {
            prop_assert_eq!(phone.as_str().trim_start_matches('+'), digits);
        }
    }

    #[test]
    fn nothing_typed_makes_it_panic(raw in "\\PC{0,40}", region in prop::option::of("\\PC{0,3}")) {
        let _ = read(&raw, region.as_deref());
        let _ = region_of_branch(region.as_deref(), &raw, &raw);
    }
}

#[test]
fn a_text_with_the_same_number_in_it_is_known_however_it_is_written() {
    let own = read("+79161234567", None).unwrap();
    let holds = |raw: &str, region| same_number(&own, raw, region);
    for raw in [
        "+7 916 123-45-67",
        "8 (916) 123-45-67",
        "9161234567",
        "+7 495 123-45-67, 8 916 123 45 67",
        "8 495 123-45-67; 8 916 123-45-67 (WhatsApp)",
        "+7 495 1234567 +7 916 1234567",
        "тел. 8 916 123-45-67",
        "8 916 123-45-67 доб. 12",
    ] {
        assert!(holds(raw, Some("RU")), "{raw}");
    }
    assert!(holds("+7 916 123-45-67", None) && holds("79161234567", Some("UZ")));
    for raw in ["", "звоните", "+7 495 123-45-67", "+7 916 123-45-68", "123-45-67", "+7 916 ***-45-67", "+"]
    {
        assert!(!holds(raw, Some("RU")), "{raw}");
    }
    assert!(!holds("9161234567", None), "whose country that is, nobody knows");
    let landline = Phone::try_from("+74951234567".to_owned()).unwrap();
    assert!(
        same_number(&landline, "8 (495) 123-45-67", Some("RU")),
        "what it is called by counts for nothing"
    );
    let short = read("91 234567", Some("AM")).unwrap();
    assert!(same_number(&short, "(091) 23-45-67", Some("AM")));
}

#[test]
fn a_number_is_shown_as_people_write_it() {
    assert_eq!(shown("+79161234567"), "+7 916 123-45-67");
    assert_eq!(shown("+375291234567"), "+375 29 123-45-67");
    assert_eq!(shown(""), "");
    assert_eq!(shown("79161234567"), "79161234567", "nothing is guessed");
}
