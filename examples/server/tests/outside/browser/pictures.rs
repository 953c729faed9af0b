//! What pages look like, on screens of two widths.

use std::fs;
use std::path::PathBuf;

use serde_json::json;
use thirtyfour::prelude::*;

use super::Browser;
use crate::support::postgres::setting;

/// A desk's and a phone's, in CSS pixels.
const WIDTHS: [(u32, u32); 2] = [(1280, 800), (390, 844)];
/// Pictures end here, however long the page is.
const TALLEST: u64 = 2400;

impl Browser {
    /// As wide as a phone.
    pub(crate) fn on_a_phone(&self) {
        let (width, height) = WIDTHS[1];
        self.resize(width, u64::from(height));
    }

    /// Takes pictures of the page: as wide as a desk's and a phone's, light and dark. None may have to be scrolled sideways.
    pub(crate) fn shot(&self, name: &str) {
        for (width, height) in WIDTHS {
            for (scheme, suffix) in [("light", ""), ("dark", "-dark")] {
                let still = json!({"name": "prefers-reduced-motion", "value": "reduce"});
                let scheme = json!({"name": "prefers-color-scheme", "value": scheme});
                self.tell("Emulation.setEmulatedMedia", &json!({"features": [still, scheme]}));
                self.resize(width, u64::from(height));
                self.holds(
                    "nothing moves",
                    "document.getAnimations().every(({ playState }) => playState !== 'running')",
                );
                let sizes = self
                    .value("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]");
                let (wide, tall) = (sizes[0].as_u64().unwrap(), sizes[1].as_u64().unwrap());
                assert!(wide <= u64::from(width), "{name} is {wide} pixels wide where there are {width}");
                self.resize(width, tall.clamp(u64::from(height), TALLEST));
                self.picture(&format!("{name}-{width}{suffix}")).unwrap();
            }
        }
        self.tell("Emulation.setEmulatedMedia", &json!({"features": []}));
        self.tell("Emulation.clearDeviceMetricsOverride", &json!({}));
    }

    /// Keeps what the page looks like now.
    pub(super) fn picture(&self, name: &str) -> WebDriverResult<()> {
        let folder = PathBuf::from(setting("CHATAPI_TEST_SCREENSHOTS"));
        let picture = self.runtime.block_on(self.driver().screenshot_as_png())?;
        fs::create_dir_all(&folder)?;
        Ok(fs::write(folder.join(format!("{name}.png")), picture)?)
    }

    fn resize(&self, width: u32, height: u64) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
        self.tell("Emulation.setDeviceMetricsOverride", &size);
    }
}
