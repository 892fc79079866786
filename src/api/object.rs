//! Plain JavaScript objects, made and read.

use js_sys::{Array, Float32Array, JSON, Object, Reflect, Uint8Array};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::prelude::*;

use super::error::wrong_type;
use crate::error::{Error, Result};

/// An object with these properties.
pub fn object(properties: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in properties {
        set(&object, name, value.clone());
    }
    object.into()
}

/// Sets a property of an object of ours.
pub fn set(object: &JsValue, name: &str, value: JsValue) {
    Reflect::set(object, &JsValue::from_str(name), &value)
        .expect("a new object takes any property");
}

/// A property, or `undefined` where there is none or `target` is no object.
pub fn get(target: &JsValue, name: &str) -> JsValue {
    Reflect::get(target, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// The plain object that serde makes of a value.
pub fn to_js(value: &impl Serialize) -> JsValue {
    let json = serde_json::to_string(value).expect("a plain struct");
    JSON::parse(&json).expect("serde writes valid JSON")
}

/// An options object of the caller's: each property may be missing, undefined or null.
pub struct Options<'a>(pub &'a JsValue);

impl Options<'_> {
    pub fn get(&self, name: &str) -> Option<JsValue> {
        let value = get(self.0, name);
        (!value.is_undefined() && !value.is_null()).then_some(value)
    }

    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub fn text(&self, name: &'static str, expected: &'static str) -> Result<Option<String>> {
        let read = |value: JsValue| {
            value
                .as_string()
                .ok_or_else(|| wrong_type(name, &value, expected))
        };
        self.get(name).map(read).transpose()
    }

    /// An integer from 0 on that JavaScript holds exactly.
    pub fn integer(&self, name: &'static str) -> Result<Option<u64>> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let number = value.as_f64();
        let number = number.ok_or_else(|| wrong_type(name, &value, "a number"))?;
        integer(name, number).map(Some)
    }

    /// [`Options::integer`], as far as this machine can count.
    pub fn count(&self, name: &'static str) -> Result<Option<usize>> {
        let Some(number) = self.integer(name)? else {
            return Ok(None);
        };
        usize::try_from(number)
            .map(Some)
            .map_err(|_| Error::Argument {
                argument: name,
                found: number.to_string(),
                expected: "a number below 4294967296",
            })
    }

    pub fn bytes(&self, name: &'static str) -> Result<Vec<u8>> {
        bytes_of(name, &get(self.0, name))
    }

    /// `base` with the properties that the object `name` has.
    pub fn changed<T: Serialize + DeserializeOwned>(
        &self,
        name: &'static str,
        base: T,
    ) -> Result<T> {
        let Some(changes) = self.get(name) else {
            return Ok(base);
        };
        let all = to_js(&base);
        if !changes.is_object() {
            return Err(wrong_type(name, &changes, "an object"));
        }
        let changes = entries(&changes).map_err(|thrown| throws(name, &thrown))?;
        for entry in changes.iter() {
            let value = Reflect::get_u32(&entry, 1).unwrap_or(JsValue::UNDEFINED);
            // As TypeScript's Partial: an undefined property is one left out.
            if !value.is_undefined() {
                let key = Reflect::get_u32(&entry, 0).unwrap_or(JsValue::UNDEFINED);
                Reflect::set(&all, &key, &value).expect("a plain object");
            }
        }
        read_json(&all, name)
    }

    /// The Rust value that serde makes of one that may be missing.
    pub fn parse<T: DeserializeOwned>(value: &JsValue, name: &'static str) -> Result<Option<T>> {
        if value.is_undefined() || value.is_null() {
            return Ok(None);
        }
        read_json(value, name).map(Some)
    }
}

/// An integer from 0 on that JavaScript holds exactly.
pub fn integer(argument: &'static str, number: f64) -> Result<u64> {
    if number.fract() == 0.0 && (0.0..=9_007_199_254_740_991.0).contains(&number) {
        return Ok(number as u64);
    }
    Err(Error::Argument {
        argument,
        found: number.to_string(),
        expected: "a whole number from 0 on",
    })
}

/// A copy of bytes of the caller's.
pub fn bytes_of(argument: &'static str, value: &JsValue) -> Result<Vec<u8>> {
    let bytes: &Uint8Array = value
        .dyn_ref()
        .ok_or_else(|| wrong_type(argument, value, "a Uint8Array with a file's bytes"))?;
    Ok(if is_empty(argument, value)? {
        Vec::new()
    } else {
        bytes.to_vec()
    })
}

/// A copy of numbers of the caller's.
pub fn floats_of(argument: &'static str, value: &Float32Array) -> Result<Vec<f32>> {
    Ok(if is_empty(argument, value)? {
        Vec::new()
    } else {
        value.to_vec()
    })
}

/// Whether there is nothing to copy, as in an array whose buffer was handed over. A stand-in for an
/// array, a Proxy, can't be copied.
fn is_empty(argument: &'static str, array: &JsValue) -> Result<bool> {
    let length = Reflect::get(array, &"length".into());
    let length = length.map_err(|thrown| throws(argument, &thrown))?;
    Ok(length == 0)
}

/// A value whose properties can't be read.
pub fn throws(argument: &'static str, thrown: &JsValue) -> Error {
    let message = get(thrown, "message").as_string().unwrap_or_default();
    Error::Argument {
        argument,
        found: format!("a value that throws when it is read ({message})"),
        expected: "plain values",
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = Object)]
    fn entries(object: &JsValue) -> std::result::Result<Array, JsValue>;
}

fn read_json<T: DeserializeOwned>(value: &JsValue, name: &'static str) -> Result<T> {
    let json = JSON::stringify(value).map_err(|thrown| throws(name, &thrown))?;
    let json = json.as_string().unwrap_or_default();
    let mut reader = serde_json::Deserializer::from_str(&json);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = format!("{name}.{}", error.path());
        let message = error.into_inner().to_string();
        // Lines and columns are those of a text that the caller never saw.
        let message = message.split(" at line ").next().unwrap_or_default();
        Error::Options {
            name: path,
            message: message.into(),
        }
    })
}
