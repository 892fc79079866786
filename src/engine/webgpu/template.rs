//! WGSL with what its loops need unrolled: GPUs keep values in registers only if they are named.
//!
//! `#for i in N` to `#end` is repeated with `$i` counting from 0; `#if A & !B`, `#else`, `#end`
//! choose by flags; `#include name` takes another file in; `#read`, `#write` and `#update` declare
//! the next binding. `$NAME` stands for a number or a text.

use std::collections::HashMap;

/// The values that a template is filled with.
#[derive(Clone, Debug, Default)]
pub struct Values {
    texts: Vec<(&'static str, String)>,
    /// Declarations at the shader's head.
    constants: String,
    flags: Vec<&'static str>,
}

impl Values {
    /// A constant of type u32, which is also a `$NAME`.
    pub fn number(&mut self, name: &'static str, value: usize) -> &mut Self {
        self.constants += &format!("const {name} = {value}u;\n");
        self.text(name, value.to_string())
    }

    /// A constant of another type.
    pub fn constant(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.constants += &format!("const {name} = {value};\n");
        self
    }

    /// A `$NAME`.
    pub fn text(&mut self, name: &'static str, value: impl Into<String>) -> &mut Self {
        self.texts.push((name, value.into()));
        self
    }

    pub fn flag(&mut self, name: &'static str, is_set: bool) -> &mut Self {
        if is_set {
            self.flags.push(name);
        }
        self
    }

    /// The shader.
    ///
    /// # Panics
    /// If the template is not well formed, which no input can cause.
    pub fn fill(&self, template: &str, include: impl Fn(&str) -> &'static str) -> String {
        let texts = self.texts.iter();
        let mut filler = Filler {
            values: self,
            include: &include,
            variables: texts
                .map(|(name, text)| ((*name).to_owned(), text.clone()))
                .collect(),
            bindings: 0,
            shader: self.constants.clone(),
        };
        filler.block(&mut template.lines(), true);
        filler.shader
    }

    fn holds(&self, condition: &str) -> bool {
        condition
            .split('&')
            .map(str::trim)
            .all(|term| match term.strip_prefix('!') {
                Some(name) => !self.flags.contains(&name),
                None => self.flags.contains(&term),
            })
    }
}

struct Filler<'a> {
    values: &'a Values,
    include: &'a dyn Fn(&str) -> &'static str,
    variables: HashMap<String, String>,
    bindings: usize,
    shader: String,
}

impl Filler<'_> {
    /// Takes lines up to the `#end` or `#else` that closes the block, and gives that; writes them
    /// if `wanted`.
    fn block<'t>(
        &mut self,
        lines: &mut (impl Iterator<Item = &'t str> + Clone),
        wanted: bool,
    ) -> Option<&'t str> {
        while let Some(line) = lines.next() {
            let (word, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
            match word {
                "#end" | "#else" => return Some(word),
                "#for" => self.repeat(rest, lines, wanted),
                "#if" => {
                    let holds = self.values.holds(rest);
                    if self.block(lines, wanted && holds) == Some("#else") {
                        self.block(lines, wanted && !holds);
                    }
                }
                _ if !wanted => {}
                "#include" => {
                    let text = (self.include)(rest);
                    self.block(&mut text.lines(), true);
                }
                "#read" | "#write" | "#update" => self.bind(rest),
                _ => {
                    let line = self.substituted(line);
                    self.shader.push_str(&line);
                    self.shader.push('\n');
                }
            }
        }
        None
    }

    fn repeat<'t>(
        &mut self,
        head: &str,
        lines: &mut (impl Iterator<Item = &'t str> + Clone),
        wanted: bool,
    ) {
        let (name, count) = head.split_once(" in ").expect("#for NAME in COUNT");
        let count = self.variables.get(count).map_or(count, String::as_str);
        let count: usize = count.parse().expect("a number of repetitions");
        for index in 0..if wanted { count } else { 0 } {
            self.variables.insert(name.to_owned(), index.to_string());
            self.block(&mut lines.clone(), true);
        }
        self.variables.remove(name);
        self.block(lines, false);
    }

    /// Always for reading and writing: natively several tensors may split a buffer, which must not
    /// be bound in two ways at once.
    fn bind(&mut self, declaration: &str) {
        let (name, element) = declaration.split_once(": ").expect("name: type");
        let element = self.substituted(element);
        self.shader.push_str(&format!(
            "@group(0) @binding({}) var<storage, read_write> {name}: array<{element}>;\n",
            self.bindings
        ));
        self.bindings += 1;
    }

    /// `$NAME`s are letters and digits: `$r_$d` are two.
    fn substituted(&self, line: &str) -> String {
        let mut parts = line.split('$');
        let mut result = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let end = part
                .find(|c: char| !c.is_ascii_alphanumeric())
                .unwrap_or(part.len());
            let (name, rest) = part.split_at(end);
            let value = self.variables.get(name);
            result += value.unwrap_or_else(|| panic!("a shader's ${name} has no value"));
            result += rest;
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str) -> String {
        let mut values = Values::default();
        values.number("N", 2).text("PART", "vec2f").flag("A", true);
        let all = values.fill(template, |_| "included $N");
        all.replacen("const N = 2u;\n", "", 1)
    }

    #[test]
    fn repeats_chooses_includes_and_counts_bindings() {
        assert_eq!(
            filled("#for i in N\n#for k in 2\nx$i_$k;\n#end\n#end"),
            "x0_0;\nx0_1;\nx1_0;\nx1_1;\n"
        );
        assert_eq!(
            filled("#if A & !B\nyes\n#else\nno\n#end\nend"),
            "yes\nend\n"
        );
        assert_eq!(
            filled("#if B\n#for i in N\n$i\n#end\n#else\nno\n#end"),
            "no\n"
        );
        assert_eq!(filled("#include x"), "included 2\n");
        assert_eq!(
            filled("#if B\n#read a: f32\n#end\n#read b: $PART\n#write c: f32"),
            "@group(0) @binding(0) var<storage, read_write> b: array<vec2f>;\n\
             @group(0) @binding(1) var<storage, read_write> c: array<f32>;\n"
        );
    }
}
