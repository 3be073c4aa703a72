//! Countries whose numbers have eight or nine digits, and the guards that stay.

use proptest::prelude::*;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType, Region};

use super::{reads, refuses};
use crate::phone::{PhoneFault, is_region, known_region, read, zones};

#[test]
fn a_short_number_is_read_where_numbers_are_short() {
    for (region, spellings, expected) in [
        ("UZ", ["901234567", "90 123-45-67", "(90) 123 45 67", "998 90 123 45 67"], "+998901234567"),
        ("AM", ["91234567", "091 23-45-67", "0 91 234567", "374 91 234567"], "+37491234567"),
        ("BY", ["291234567", "29 123-45-67", "8 029 123-45-67", "80 29 1234567"], "+375291234567"),
        ("LT", ["61234567", "612 34567", "8 612 34567", "(0-612) 34567"], "+37061234567"),
        ("LV", ["21234567", "21 234 567", "371 21 234 567", "+371 21234567"], "+37121234567"),
        ("EE", ["51234567", "5123 4567", "372 5123 4567", "+372 51234567"], "+37251234567"),
        ("EE", ["5123456", "512 3456", "372 512 3456", "+372 5123456"], "+3725123456"),
        ("KW", ["50012345", "500 12345", "965 500 12345", "+965 500 12345"], "+96550012345"),
        ("GE", ["555123456", "555 12 34 56", "995 555 123456", "+995 555 12 34 56"], "+995555123456"),
        ("KG", ["555123456", "0555 123 456", "0 555 123456", "996 555 123456"], "+996555123456"),
        ("UA", ["671234567", "067 123-45-67", "(067) 1234567", "380 67 123 45 67"], "+380671234567"),
        ("AZ", ["501234567", "050 123 45 67", "50-123-45-67", "994 50 123 45 67"], "+994501234567"),
        ("TJ", ["917123456", "91 712 3456", "992 91 712 3456", "+992917123456"], "+992917123456"),
        ("TM", ["66123456", "8 66 123456", "66 12-34-56", "993 66 123456"], "+99366123456"),
        ("MD", ["62112345", "0621 12 345", "0 62112345", "373 62112345"], "+37362112345"),
        ("AE", ["501234567", "050 123 4567", "50-123-4567", "971 50 123 4567"], "+971501234567"),
        ("MN", ["88123456", "8812 3456", "88-12-34-56", "976 8812 3456"], "+97688123456"),
        ("PL", ["512345678", "512 345 678", "512-345-678", "48 512 345 678"], "+48512345678"),
        ("CZ", ["601123456", "601 123 456", "420 601 123 456", "+420 601 123 456"], "+420601123456"),
        ("IL", ["502345678", "050-234-5678", "0502345678", "972 50 234 5678"], "+972502345678"),
        ("IS", ["6111234", "611 1234", "354 611 1234", "+354 611 1234"], "+3546111234"),
        ("LB", ["3123456", "03 123 456", "961 3 123456", "+961 3 123 456"], "+9613123456"),
        ("DE", ["15123456789", "01512 3456789", "49 1512 3456789", "0049 1512 3456789"], "+4915123456789"),
    ] {
        for raw in spellings {
            reads(raw, region, expected);
        }
    }
}

#[test]
fn a_short_number_is_read_in_its_own_country_alone() {
    for raw in ["901234567", "91234567", "291234567", "61234567", "5123456", "50012345", "555 12 34 56"] {
        refuses(raw, "RU", PhoneFault::TooShort);
        refuses(raw, "KZ", PhoneFault::TooShort);
        assert_eq!(read(raw, None), Err(PhoneFault::TooShort), "{raw}");
        assert_eq!(read(raw, Some("XX")), Err(PhoneFault::TooShort), "{raw}");
    }
    refuses("91234567", "UZ", PhoneFault::TooShort);
    refuses("915843726", "KW", PhoneFault::Invalid);
}

#[test]
fn what_is_left_of_a_longer_number_stays_too_short() {
    refuses("916123456", "RU", PhoneFault::TooShort);
    refuses("+7916123", "RU", PhoneFault::TooShort);
    refuses("+7 916 12-34", "BY", PhoneFault::TooShort);
    refuses("701234567", "KZ", PhoneFault::TooShort);
    refuses("123-45-67", "UZ", PhoneFault::TooShort);
    refuses("212 555", "US", PhoneFault::TooShort);
    // Austria and Finland have mobile numbers of nearly any length: half of one would be one.
    refuses("+43 664 1234", "AT", PhoneFault::TooShort);
    refuses("050 1234", "FI", PhoneFault::TooShort);
    // As long as a number there is, and still none.
    refuses("11835724", "KW", PhoneFault::Invalid);
}

#[test]
fn a_landline_of_a_short_plan_is_called_a_landline() {
    refuses("71 123 45 67", "UZ", PhoneFault::Landline);
    refuses("17 123 45 67", "BY", PhoneFault::Landline);
    refuses("022 123 456", "MD", PhoneFault::Landline);
}

#[test]
fn of_two_short_numbers_none_is_chosen() {
    for (raw, region) in [
        ("91234567 93234567", "AM"),
        ("901234567 911234567", "UZ"),
        ("0671234567 501234567", "UA"),
        ("5123456 5123457", "EE"),
        ("51234567/51234568", "EE"),
        ("51234567, 51234568", "EE"),
        ("51234567\n51234568", "EE"),
        // Fourteen digits that would be a number of Indonesia.
        ("6281234 6112345", "GY"),
    ] {
        refuses(raw, region, PhoneFault::TwoNumbers);
    }
}

#[test]
fn a_russian_number_is_no_number_of_a_country_with_short_ones() {
    for region in ["UZ", "AM", "LT", "LV", "EE", "KW", "KG", "UA", "AZ", "TJ", "TM", "MD", "AE", "MN"] {
        for raw in ["84951234567", "8 (495) 123-45-67", "88005553535", "89161234567", "9161234567"] {
            let read = read(raw, Some(region));
            assert!(read.is_err(), "{raw} in {region}: {:?}", read.map(String::from));
        }
        reads("+7 916 123-45-67", region, "+79161234567");
        reads("79161234567", region, "+79161234567");
    }
}

/// With their country's code the mobile numbers of these islands and valleys have fewer than ten digits. Of other
/// countries that is the rest of a number, so they are not read; no branch is there.
const SHORTER_THAN_TEN: [&str; 13] =
    ["AC", "AD", "CK", "FK", "FO", "GL", "NC", "NF", "PM", "SH", "TK", "TV", "WF"];

#[test]
fn the_example_mobile_number_of_every_country_is_read_in_every_spelling() {
    let mut read_in = 0;
    for region in PHONE_NUMBER_UTIL.get_supported_regions() {
        let Ok(example) =
            PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, PhoneNumberType::Mobile)
        else {
            assert_eq!(region, Region::TA, "no example of {region}");
            continue;
        };
        let spelt = |format| PHONE_NUMBER_UTIL.format(&example, format).into_owned();
        let expected = spelt(PhoneNumberFormat::E164);
        let code = region.to_string();
        assert!(is_region(&code));
        if SHORTER_THAN_TEN.contains(&code.as_str()) {
            assert!(expected.len() < 1 + 10, "{expected} of {code}");
            refuses(&expected, &code, PhoneFault::TooShort);
            continue;
        }
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let international = spelt(PhoneNumberFormat::International);
        reads(&international, &code, &expected);
        reads(&international, "RU", &expected);
        reads(&digits(&expected), &code, &expected);
        let national = spelt(PhoneNumberFormat::National);
        // Argentina puts a 15 into the middle at home and a 9 ahead abroad: that is rewriting, not reading.
        if code != "AR" {
            reads(&national, &code, &expected);
            reads(&digits(&national), &code, &expected);
        }
        read_in += 1;
    }
    assert!(read_in > 220, "{read_in} countries");
    assert!(zones::ZONES.iter().all(|(region, _)| !SHORTER_THAN_TEN.contains(region)));
}

proptest! {
    #[test]
    fn fewer_than_ten_digits_are_no_number_in_russia_kazakhstan_and_nowhere(
        raw in "[+]?[0-9]([ ()-]?[0-9]){0,8}",
        region in prop::sample::select(vec![Some("RU"), Some("KZ"), None]),
    ) {
        let fault = read(&raw, region).unwrap_err();
        prop_assert!(matches!(fault, PhoneFault::TooShort | PhoneFault::Placeholder), "{raw}: {fault}");
    }

    #[test]
    fn a_short_number_that_is_read_is_the_countrys_own_and_whole(
        raw in "[0-9]([ ()-]?[0-9]){5,8}",
        region in prop::sample::select(vec!["UZ", "AM", "BY", "LT", "LV", "EE", "KW", "GE", "UA", "AT", "FI", "IS"]),
    ) {
        if let Ok(phone) = read(&raw, Some(region)) {
            let typed: String = raw.chars().filter(char::is_ascii_digit).collect();
            let code = known_region(region)
                .and_then(|region| PHONE_NUMBER_UTIL.get_country_code_for_region(region)).unwrap();
            let national = phone.as_str().strip_prefix(&format!("+{code}")).unwrap();
            prop_assert!(typed.ends_with(national), "{typed} in {region} became {phone}", phone = phone.as_str());
        }
    }
}
