//! Latency against the number of messages: a plot for each engine and scope, a line for each class of terms.

use std::path::Path;

use plotters::prelude::*;

use super::{Database, Engine, Samples, Series, Way};
use crate::Result;
use crate::data::planted::Class;
use crate::data::rooms::Scope;

const SIZE: (u32, u32) = (960, 560);

/// Where the legend stands: beside the lines, in the margin, where a chart of plotters' puts nothing itself.
const LEGEND: (i32, i32) = (765, 60);

/// Draws what has at least two sizes to be drawn against, and gives the files' names.
pub(super) fn draw(samples: &Samples, folder: &Path) -> Result<Vec<String>> {
    let mut drawn = Vec::new();
    for engine in Engine::ALL {
        let databases = samples.of(engine);
        if databases.len() < 2 {
            continue;
        }
        for scope in Scope::ALL {
            let name = format!("{engine:?} {}.svg", scope.name()).to_lowercase().replace(' ', "-");
            one(&folder.join(&name), &format!("{engine:?}, {}", scope.name()), &databases, scope)?;
            drawn.push(name);
        }
    }
    Ok(drawn)
}

fn one(file: &Path, title: &str, databases: &[&Database], scope: Scope) -> Result<()> {
    let lines: Vec<_> = Class::ALL.into_iter().map(|class| (class, line(databases, scope, class))).collect();
    let points = || lines.iter().flat_map(|(_, line)| line);
    let sizes = points().map(|(messages, _)| *messages);
    let (least, most) = (sizes.clone().fold(f64::MAX, f64::min), sizes.fold(1.0, f64::max));
    let slowest = points().map(|(_, took)| *took).fold(100.0, f64::max);
    let fastest = points().map(|(_, took)| *took).fold(1.0, f64::min);

    let area = SVGBackend::new(file, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 20))
        .margin(12)
        .margin_right(220)
        .x_label_area_size(36)
        .y_label_area_size(56)
        .build_cartesian_2d((least..most).log_scale(), (fastest..slowest).log_scale())?;
    chart
        .configure_mesh()
        .label_style(("sans-serif", 16))
        .x_label_formatter(&|messages| format!("{messages:.0}"))
        .x_desc("messages")
        .y_desc("milliseconds, 99th percentile")
        .draw()?;
    for (number, (class, line)) in lines.into_iter().enumerate() {
        let colour = Palette99::pick(number).to_rgba();
        chart.draw_series(LineSeries::new(line, colour.stroke_width(2)).point_size(3))?;
        let (x, y) = (LEGEND.0, LEGEND.1 + 20 * number as i32);
        area.draw(&PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)))?;
        area.draw(&Text::new(class.name(), (x + 24, y - 8), ("sans-serif", 16)))?;
    }
    area.present()?;
    Ok(())
}

/// The 99th percentile of the documented search by size.
fn line(databases: &[&Database], scope: Scope, class: Class) -> Vec<(f64, f64)> {
    let is_it = |series: &&Series| {
        series.name == "search, as documented"
            && series.term == class.name()
            && series.scope == scope.name()
            && series.way == Way::InProcess
    };
    let points = databases
        .iter()
        .filter_map(|database| Some((database.messages as f64, database.series.iter().find(is_it)?.p99())));
    points.collect()
}
