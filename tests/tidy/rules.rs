//! Which module may know what.

pub struct Rule {
    /// Files and folders that the rule is about, less `except`.
    pub about: &'static [&'static str],
    pub except: &'static [&'static str],
    /// Paths that their code must not name.
    pub forbidden: &'static [&'static str],
}

pub const RULES: [Rule; 10] = [
    // Only the API knows JavaScript.
    Rule {
        about: &["src"],
        except: &["src/api", "src/api.rs"],
        forbidden: &[
            "wasm_bindgen",
            "wasm_bindgen_futures",
            "js_sys",
            "web_sys",
            "console_error_panic_hook",
            "crate::api",
        ],
    },
    // Errors know nothing, and the configuration only errors.
    Rule {
        about: &["src/error", "src/error.rs"],
        except: &[],
        forbidden: &[
            "burn",
            "crate::config",
            "crate::data",
            "crate::model",
            "crate::engine",
            "crate::train",
            "crate::files",
            "crate::device",
            "crate::select",
        ],
    },
    Rule {
        about: &["src/config.rs"],
        except: &[],
        forbidden: &[
            "burn",
            "crate::data",
            "crate::model",
            "crate::engine",
            "crate::train",
        ],
    },
    // Data is bytes and plain numbers.
    Rule {
        about: &["src/data", "src/data.rs"],
        except: &[],
        forbidden: &[
            "burn",
            "crate::model",
            "crate::engine",
            "crate::train",
            "crate::files",
            "crate::device",
            "crate::select",
        ],
    },
    // The table of parameters knows no tensors, and the model not what computes it.
    Rule {
        about: &["src/model"],
        except: &[],
        forbidden: &["burn"],
    },
    Rule {
        about: &["src/model", "src/model.rs"],
        except: &[],
        forbidden: &[
            "crate::engine",
            "crate::data",
            "crate::train",
            "crate::files",
            "crate::device",
            "crate::select",
        ],
    },
    // Engines know neither data nor training, and the CPU's layers no tensors.
    Rule {
        about: &["src/engine", "src/engine.rs"],
        except: &[],
        forbidden: &[
            "crate::data",
            "crate::train",
            "crate::files",
            "crate::device",
            "crate::select",
        ],
    },
    Rule {
        about: &["src/engine/cpu"],
        except: &[],
        forbidden: &["burn"],
    },
    // Files are bytes of models.
    Rule {
        about: &["src/files", "src/files.rs"],
        except: &[],
        forbidden: &[
            "crate::engine",
            "crate::data",
            "crate::train",
            "crate::device",
            "crate::select",
        ],
    },
    // Training is told what to do next: it has no clock, no page, and knows no engine by name.
    Rule {
        about: &["src/train", "src/train.rs"],
        except: &[],
        forbidden: &[
            "crate::engine::cpu",
            "crate::engine::webgpu",
            "crate::select",
            "std::time",
            "web_time",
        ],
    },
];
