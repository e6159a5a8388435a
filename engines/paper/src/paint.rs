//! Ink: texts of three fonts, rules, boxes and a QR code, at places measured in points from the top left.

use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::num::NormalizedF32;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};
use qrcode::{EcLevel, QrCode};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

const SANS: &[u8] = include_bytes!("../fonts/IBMPlexSans-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../fonts/IBMPlexSans-SemiBold.ttf");
const MONO: &[u8] = include_bytes!("../fonts/IBMPlexMono-Regular.ttf");

/// A colour of the page.
pub(crate) type Ink = (u8, u8, u8);

pub(crate) const BLACK: Ink = (24, 28, 36);
pub(crate) const GREY: Ink = (105, 113, 125);
pub(crate) const PALE: Ink = (243, 245, 247);
pub(crate) const LINE: Ink = (212, 217, 223);
pub(crate) const WHITE: Ink = (255, 255, 255);

/// Which of the three fonts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Face {
    Sans,
    Bold,
    Mono,
}

/// A font, its size and its colour.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub(crate) face: Face,
    pub(crate) size: f32,
    pub(crate) ink: Ink,
}

/// Shorthand for a style.
pub(crate) const fn style(face: Face, size: f32, ink: Ink) -> Style {
    Style { face, size, ink }
}

struct Loaded {
    drawn: Font,
    measured: FontRef<'static>,
}

impl Loaded {
    fn new(bytes: &'static [u8]) -> Self {
        let drawn = Font::new(bytes.into(), 0).expect("our font files are fonts");
        Self { drawn, measured: FontRef::new(bytes).expect("our font files are fonts") }
    }
}

/// The three fonts.
pub(crate) struct Fonts {
    sans: Loaded,
    bold: Loaded,
    mono: Loaded,
}

impl Fonts {
    /// The fonts that come with the program.
    pub(crate) fn ours() -> Self {
        Self { sans: Loaded::new(SANS), bold: Loaded::new(BOLD), mono: Loaded::new(MONO) }
    }

    fn of(&self, face: Face) -> &Loaded {
        match face {
            Face::Sans => &self.sans,
            Face::Bold => &self.bold,
            Face::Mono => &self.mono,
        }
    }

    /// The text with a question mark for every character that the font cannot draw: archival PDF refuses blanks.
    fn drawable(&self, face: Face, text: &str) -> String {
        let known = self.of(face).measured.charmap();
        let shown = |letter: char| if known.map(letter).is_some() { letter } else { '?' };
        text.chars().map(|letter| if letter.is_whitespace() { ' ' } else { shown(letter) }).collect()
    }

    /// How wide a text is.
    pub(crate) fn width(&self, style: Style, text: &str) -> f32 {
        let font = &self.of(style.face).measured;
        let (known, metrics) =
            (font.charmap(), font.glyph_metrics(Size::new(style.size), LocationRef::default()));
        let advance = |letter| known.map(letter).and_then(|glyph| metrics.advance_width(glyph));
        self.drawable(style.face, text).chars().filter_map(advance).sum()
    }

    /// The text, or its beginning and three dots, so that it fits.
    pub(crate) fn cut(&self, style: Style, text: &str, width: f32) -> String {
        if self.width(style, text) <= width {
            return text.to_owned();
        }
        let mut short = text.to_owned();
        while short.pop().is_some() {
            let dotted = format!("{}...", short.trim_end());
            if self.width(style, &dotted) <= width {
                return dotted;
            }
        }
        String::new()
    }

    /// The text in at most `lines` lines; words longer than a line are broken, the last line is cut.
    pub(crate) fn wrap(&self, style: Style, text: &str, width: f32, lines: usize) -> Vec<String> {
        let mut wrapped = vec![];
        let mut rest = text.trim();
        while !rest.is_empty() && wrapped.len() + 1 < lines {
            let at = self.break_at(style, rest, width);
            let (line, after) = rest.split_at(at);
            wrapped.push(line.trim_end().to_owned());
            rest = after.trim_start();
        }
        if !rest.is_empty() {
            wrapped.push(self.cut(style, rest, width));
        }
        wrapped
    }

    fn break_at(&self, style: Style, text: &str, width: f32) -> usize {
        if self.width(style, text) <= width {
            return text.len();
        }
        let fits = |end: &usize| self.width(style, text[..*end].trim_end()) <= width;
        let ends: Vec<usize> = text.char_indices().skip(1).map(|(end, _)| end).collect();
        let longest = ends[..ends.partition_point(fits)].last().copied().unwrap_or(text.len());
        text[..longest].rfind(' ').filter(|end| *end > 0).unwrap_or(longest)
    }
}

/// Draws on one page.
pub(crate) struct Pen<'a, 'page> {
    surface: &'a mut Surface<'page>,
    /// To measure with.
    pub(crate) fonts: &'a Fonts,
}

impl<'a, 'page> Pen<'a, 'page> {
    /// A pen for this page.
    pub(crate) fn new(surface: &'a mut Surface<'page>, fonts: &'a Fonts) -> Self {
        Self { surface, fonts }
    }

    /// A text whose base line begins at (x, y).
    pub(crate) fn text(&mut self, x: f32, y: f32, style: Style, text: &str) {
        let text = self.fonts.drawable(style.face, text);
        if text.trim().is_empty() {
            return;
        }
        self.ink(style.ink);
        let font = self.fonts.of(style.face).drawn.clone();
        let start = Point::from_xy(x, y);
        self.surface.draw_text(start, font, style.size, &text, false, TextDirection::LeftToRight);
    }

    /// A text whose base line ends at (x, y).
    pub(crate) fn text_to(&mut self, x: f32, y: f32, style: Style, text: &str) {
        let width = self.fonts.width(style, text);
        self.text(x - width, y, style, text);
    }

    /// Lines below each other; the place below the last.
    pub(crate) fn lines(&mut self, x: f32, y: f32, style: Style, step: f32, lines: &[String]) -> f32 {
        let mut y = y;
        for line in lines {
            self.text(x, y, style, line);
            y += step;
        }
        y
    }

    /// A filled rectangle.
    pub(crate) fn block(&mut self, x: f32, y: f32, width: f32, height: f32, ink: Ink) {
        let rect = Rect::from_xywh(x, y, width, height);
        let mut path = PathBuilder::new();
        if let Some(rect) = rect {
            path.push_rect(rect);
        }
        if let Some(path) = path.finish() {
            self.ink(ink);
            self.surface.draw_path(&path);
        }
    }

    /// A thin rule.
    pub(crate) fn rule(&mut self, x: f32, y: f32, width: f32) {
        self.block(x, y, width, 0.7, LINE);
    }

    /// A QR code of a short text in a square.
    pub(crate) fn qr(&mut self, x: f32, y: f32, side: f32, text: &str) {
        let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else { return };
        let modules = code.width();
        let one = side / modules as f32;
        let mut path = PathBuilder::new();
        for (place, colour) in code.to_colors().into_iter().enumerate() {
            let (column, row) = ((place % modules) as f32, (place / modules) as f32);
            let rect = Rect::from_xywh(x + column * one, y + row * one, one, one);
            if let (qrcode::Color::Dark, Some(rect)) = (colour, rect) {
                path.push_rect(rect);
            }
        }
        if let Some(path) = path.finish() {
            self.ink(BLACK);
            self.surface.draw_path(&path);
        }
    }

    fn ink(&mut self, (red, green, blue): Ink) {
        let paint = rgb::Color::new(red, green, blue).into();
        let fill = Fill { paint, opacity: NormalizedF32::ONE, rule: FillRule::default() };
        self.surface.set_fill(Some(fill));
    }
}
