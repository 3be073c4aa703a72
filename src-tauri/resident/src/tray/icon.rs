//! The icon, drawn for each size instead of scaled: a speech bubble whose outline or mark differs in
//! every state, so that none is told by colour alone.
//!
//! Shapes are distances on a grid of sixteen units, sampled four times four a pixel.

use super::view::TrayState;

/// What panels ask for, up to twice the usual scale.
#[cfg_attr(any(windows, target_os = "macos"), allow(dead_code, reason = "for panels on Linux"))]
pub(crate) const SIZES: [u16; 6] = [16, 22, 24, 32, 48, 64];

/// The picture of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Picture {
    /// A full bubble with a tick.
    Working,
    /// A full bubble with a figure; more than nine are `9+`.
    Pending(u8),
    /// A full bubble with two bars.
    Paused,
    /// A triangle with an exclamation mark.
    NeedsYou,
    /// An empty bubble, struck through.
    Offline,
    /// An empty bubble with three dots.
    NotSetUp,
}

/// What the icon stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Panel {
    Light,
    #[cfg_attr(any(windows, target_os = "macos"), allow(dead_code, reason = "for panels on Linux"))]
    Dark,
    /// Nobody says: dark ink with a light rim is seen on both.
    Unknown,
}

impl Picture {
    pub(crate) fn of(state: TrayState) -> Self {
        match state {
            TrayState::NotSetUp => Self::NotSetUp,
            TrayState::Offline => Self::Offline,
            TrayState::NeedsYou => Self::NeedsYou,
            TrayState::Paused => Self::Paused,
            TrayState::Pending(number) => Self::Pending(u8::try_from(number).unwrap_or(u8::MAX).min(10)),
            TrayState::Working => Self::Working,
        }
    }
}

type Colour = [u8; 3];
const DARK_INK: Colour = [0x1f, 0x29, 0x33];
const LIGHT_INK: Colour = [0xf4, 0xf6, 0xf8];
const AMBER_ON_LIGHT: Colour = [0xb4, 0x53, 0x09];
const AMBER_ON_DARK: Colour = [0xfb, 0xbf, 0x24];
/// The rim's width, in units.
const RIM: f32 = 0.9;
const SAMPLES: u16 = 4;
const UNITS: f32 = 16.0;

/// `size` × `size` pixels, four bytes each, red, green, blue and alpha, from the top left.
pub(crate) fn rgba(picture: Picture, panel: Panel, size: u16) -> Vec<u8> {
    let ink = ink(picture, panel);
    let mut pixels = Vec::with_capacity(usize::from(size) * usize::from(size) * 4);
    for y in 0..size {
        for x in 0..size {
            let (mut inked, mut rimmed) = (0_u16, 0_u16);
            for sample in 0..SAMPLES * SAMPLES {
                let at = |pixel: u16, step: u16| {
                    (f32::from(pixel) + (f32::from(step) + 0.5) / f32::from(SAMPLES)) * UNITS
                        / f32::from(size)
                };
                let point = (at(x, sample % SAMPLES), at(y, sample / SAMPLES));
                if distance(picture, point) <= 0.0 {
                    inked += 1;
                } else if panel == Panel::Unknown && outline(picture, point) <= RIM {
                    rimmed += 1;
                }
            }
            pixels.extend(mix(ink, inked, rimmed));
        }
    }
    pixels
}

/// The same with alpha first, as D-Bus wants it.
#[cfg_attr(any(windows, target_os = "macos"), allow(dead_code, reason = "for panels on Linux"))]
pub(crate) fn argb(picture: Picture, panel: Panel, size: u16) -> Vec<u8> {
    let mut pixels = rgba(picture, panel, size);
    for pixel in pixels.chunks_exact_mut(4) {
        pixel.rotate_right(1);
    }
    pixels
}

const fn ink(picture: Picture, panel: Panel) -> Colour {
    match (picture, panel) {
        (Picture::NeedsYou, Panel::Dark) => AMBER_ON_DARK,
        (Picture::NeedsYou, Panel::Light | Panel::Unknown) => AMBER_ON_LIGHT,
        (_, Panel::Dark) => LIGHT_INK,
        (_, Panel::Light | Panel::Unknown) => DARK_INK,
    }
}

/// Ink and rim in the share of samples they took.
#[expect(clippy::cast_possible_truncation, reason = "a share of 255 is at most 255")]
fn mix(ink: Colour, inked: u16, rimmed: u16) -> [u8; 4] {
    let (all, covered) = (SAMPLES * SAMPLES, inked + rimmed);
    if covered == 0 {
        return [0; 4];
    }
    let channel = |ink: u8, rim: u8| ((u16::from(ink) * inked + u16::from(rim) * rimmed) / covered) as u8;
    let [red, green, blue] = [0, 1, 2].map(|index| channel(ink[index], LIGHT_INK[index]));
    [red, green, blue, (covered * 255 / all) as u8]
}

type Point = (f32, f32);

/// Below zero inside the ink.
fn distance(picture: Picture, point: Point) -> f32 {
    let whole = outline(picture, point);
    let without = |mark: f32| whole.max(-mark);
    match picture {
        Picture::Working => {
            let tick = segment(point, (4.6, 6.9), (7.0, 9.3)).min(segment(point, (7.0, 9.3), (11.6, 4.7)));
            without(tick - 1.0)
        }
        Picture::Pending(number) => without(figures(number, point)),
        Picture::Paused => without(bar(point, 5.6).min(bar(point, 10.4))),
        Picture::NeedsYou => {
            let mark = segment(point, (8.0, 6.0), (8.0, 9.2)) - 0.95;
            without(mark.min(length(point, (8.0, 12.0)) - 1.05))
        }
        Picture::Offline => {
            let ring = bubble(point).abs() - 0.75;
            let gap = segment(point, (2.0, 14.6), (14.0, 1.4)) - 1.9;
            ring.max(-gap).min(segment(point, (2.4, 14.2), (13.6, 1.8)) - 0.8)
        }
        Picture::NotSetUp => {
            let dots = [4.7, 8.0, 11.3].map(|x| length(point, (x, 7.0)) - 1.05);
            (bubble(point).abs() - 0.75).min(dots[0]).min(dots[1]).min(dots[2])
        }
    }
}

/// The silhouette, which the rim follows.
fn outline(picture: Picture, point: Point) -> f32 {
    match picture {
        Picture::NeedsYou => polygon(point, &[(8.0, 2.6), (14.2, 13.4), (1.8, 13.4)]) - 1.2,
        Picture::Offline => bubble(point).min(segment(point, (2.4, 14.2), (13.6, 1.8)) - 0.8),
        _ => bubble(point),
    }
}

fn bubble(point: Point) -> f32 {
    let (x, y) = ((point.0 - 8.0).abs() - (6.6 - 2.6), (point.1 - 7.0).abs() - (5.4 - 2.6));
    let body = x.max(0.0).hypot(y.max(0.0)) + x.max(y).min(0.0) - 2.6;
    body.min(polygon(point, &[(4.0, 11.0), (8.6, 11.0), (4.0, 15.2)]))
}

fn bar(point: Point, x: f32) -> f32 {
    ((point.0 - x).abs() - 1.1).max((point.1 - 7.0).abs() - 3.2)
}

fn length(point: Point, to: Point) -> f32 {
    (point.0 - to.0).hypot(point.1 - to.1)
}

fn segment(point: Point, from: Point, to: Point) -> f32 {
    let (along, off) = ((to.0 - from.0, to.1 - from.1), (point.0 - from.0, point.1 - from.1));
    let share = (off.0 * along.0 + off.1 * along.1) / (along.0 * along.0 + along.1 * along.1);
    let share = share.clamp(0.0, 1.0);
    (off.0 - along.0 * share).hypot(off.1 - along.1 * share)
}

/// A convex one, either way round.
fn polygon(point: Point, corners: &[Point]) -> f32 {
    let mut nearest = f32::MAX;
    let (mut left, mut right) = (false, false);
    for (index, from) in corners.iter().enumerate() {
        let to = corners[(index + 1) % corners.len()];
        nearest = nearest.min(segment(point, *from, to));
        let side = (to.0 - from.0) * (point.1 - from.1) - (to.1 - from.1) * (point.0 - from.0);
        left |= side > 0.0;
        right |= side < 0.0;
    }
    if left && right { nearest } else { -nearest }
}

/// Three by five squares a figure, a row in three bits.
const FIGURES: [[u8; 5]; 11] = [
    [7, 5, 5, 5, 7],
    [2, 6, 2, 2, 7],
    [7, 1, 7, 4, 7],
    [7, 1, 7, 1, 7],
    [5, 5, 7, 1, 1],
    [7, 4, 7, 1, 7],
    [7, 4, 7, 5, 7],
    [7, 1, 2, 2, 2],
    [7, 5, 7, 5, 7],
    [7, 5, 7, 1, 7],
    [0, 2, 7, 2, 0],
];

/// The number in the middle of the bubble.
fn figures(number: u8, point: Point) -> f32 {
    let (glyphs, square): (&[usize], f32) = match number {
        0..=9 => (&[usize::from(number)], 1.6),
        _ => (&[9, 10], 1.45),
    };
    let columns: u8 = if glyphs.len() == 1 { 3 } else { 7 };
    let (left, top) = (8.0 - f32::from(columns) * square / 2.0, 7.0 - 5.0 * square / 2.0);
    let mut nearest = f32::MAX;
    for (place, glyph) in (0_u8..).zip(glyphs) {
        for (row, bits) in (0_u8..).zip(FIGURES[*glyph]) {
            for column in (0_u8..3).filter(|column| bits & (4 >> column) != 0) {
                let x = left + (f32::from(place * 4 + column) + 0.5) * square;
                let y = top + (f32::from(row) + 0.5) * square;
                let half = square / 2.0;
                nearest = nearest.min(((point.0 - x).abs() - half).max((point.1 - y).abs() - half));
            }
        }
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Picture; 7] = [
        Picture::Working,
        Picture::Pending(3),
        Picture::Pending(10),
        Picture::Paused,
        Picture::NeedsYou,
        Picture::Offline,
        Picture::NotSetUp,
    ];

    /// The alpha of each pixel: full, half or none.
    fn shape(picture: Picture, size: u16) -> String {
        let pixels = rgba(picture, Panel::Light, size);
        let mark = |pixel: &[u8]| match pixel[3] {
            0..64 => '·',
            64..192 => '▒',
            _ => '█',
        };
        let rows = pixels.chunks(usize::from(size) * 4);
        rows.map(|row| row.chunks(4).map(mark).collect::<String>() + "\n").collect()
    }

    #[test]
    fn each_state_has_its_picture_at_the_smallest_size() {
        for picture in ALL {
            let name = format!("{picture:?}").replace(['(', ')'], "_").to_lowercase();
            insta::assert_snapshot!(format!("icon_{name}"), shape(picture, 16));
        }
    }

    #[test]
    fn states_differ_in_shape_and_not_only_in_colour() {
        for size in SIZES {
            for (index, one) in ALL.iter().enumerate() {
                for other in &ALL[index + 1..] {
                    let (one_shape, other_shape) = (shape(*one, size), shape(*other, size));
                    let differing =
                        one_shape.chars().zip(other_shape.chars()).filter(|(a, b)| a != b).count();
                    // A tenth of the picture: seen at a glance.
                    let enough = usize::from(size) * usize::from(size) / 12;
                    assert!(differing > enough, "{one:?} and {other:?} at {size}: {differing}");
                }
            }
        }
    }

    #[test]
    fn the_ink_stands_out_from_its_panel() {
        let brightest = |panel| {
            let pixels = rgba(Picture::Working, panel, 32);
            pixels.chunks(4).filter(|pixel| pixel[3] == 255).map(|pixel| pixel[0]).max().unwrap()
        };
        assert!(brightest(Panel::Dark) > 0xe0);
        assert!(brightest(Panel::Light) < 0x40);
        // Both, where nobody knows.
        let pixels = rgba(Picture::Working, Panel::Unknown, 32);
        let full = || pixels.chunks(4).filter(|pixel| pixel[3] == 255).map(|pixel| pixel[0]);
        assert!(full().max().unwrap() > 0xe0 && full().min().unwrap() < 0x40);
    }

    #[test]
    fn more_than_nine_are_one_picture() {
        assert_eq!(Picture::of(TrayState::Pending(10)), Picture::of(TrayState::Pending(5_000)));
        assert_ne!(Picture::of(TrayState::Pending(9)), Picture::of(TrayState::Pending(10)));
    }

    #[test]
    fn alpha_comes_first_on_the_bus() {
        let (rgba, argb) =
            (rgba(Picture::NeedsYou, Panel::Light, 16), argb(Picture::NeedsYou, Panel::Light, 16));
        assert!(rgba.chunks(4).zip(argb.chunks(4)).all(|(a, b)| [a[3], a[0], a[1], a[2]] == b[..]));
    }
}
