//! A ratio of times with its confidence interval, and what to think of it.

use std::fmt;

use anyhow::{Context, Result};
use statrs::distribution::{ContinuousCDF, StudentsT};
use statrs::statistics::Statistics;

/// A ratio from which on there is a warning.
const WARNS: f64 = 1.05;
/// A ratio from which on the comparison fails.
const FAILS: f64 = 1.10;

/// How many times as long one thing takes as another: a new build as the old one, a case as the reference.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Ratio {
    /// The geometric mean.
    pub(crate) estimate: f64,
    /// The ends of the 95 % interval.
    pub(crate) interval: [f64; 2],
}

/// What to think of a ratio, from good to bad.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Verdict {
    Well,
    Faster,
    Warns,
    Fails,
}

impl Ratio {
    /// From the logarithms of at least two ratios: Student's interval around their mean.
    ///
    /// # Errors
    /// There are fewer.
    pub(crate) fn of(logarithms: &[f64]) -> Result<Ratio> {
        let n = logarithms.len() as f64;
        let student = StudentsT::new(0.0, 1.0, n - 1.0).context("a confidence interval needs two runs")?;
        let mean = logarithms.mean();
        let half = student.inverse_cdf(0.975) * logarithms.std_dev() / n.sqrt();
        Ok(Ratio { estimate: mean.exp(), interval: [(mean - half).exp(), (mean + half).exp()] })
    }

    /// A difference counts only if the interval excludes that there is none.
    pub(crate) fn verdict(self) -> Verdict {
        let [low, high] = self.interval;
        match self.estimate {
            ratio if ratio > FAILS && low > 1.0 => Verdict::Fails,
            ratio if ratio > WARNS && low > 1.0 => Verdict::Warns,
            _ if high < 1.0 => Verdict::Faster,
            _ => Verdict::Well,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Well => "",
            Verdict::Faster => "faster",
            Verdict::Warns => "warning: more than 5 % slower",
            Verdict::Fails => "**more than 10 % slower**",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(ratios: &[f64]) -> Ratio {
        Ratio::of(&ratios.iter().map(|ratio| ratio.ln()).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn the_interval_is_students() {
        // Of e^(-1), 1, e: the mean is 0, the standard error 1/√3, and t for two degrees of freedom 4.302653.
        let Ratio { estimate, interval: [low, high] } = ratio(&[(-1.0f64).exp(), 1.0, 1.0f64.exp()]);
        let half = 4.302_653 / 3.0f64.sqrt();
        assert!((estimate - 1.0).abs() < 1e-12);
        assert!((low.ln() + half).abs() < 1e-5 && (high.ln() - half).abs() < 1e-5, "{low} to {high}");
        assert!(Ratio::of(&[0.1]).is_err());
    }

    #[test]
    fn a_warning_at_five_percent_a_failure_at_ten() {
        assert_eq!(ratio(&[1.0, 1.01, 0.99]).verdict(), Verdict::Well);
        assert_eq!(ratio(&[1.04, 1.041, 1.042]).verdict(), Verdict::Well);
        assert_eq!(ratio(&[1.06, 1.061, 1.062]).verdict(), Verdict::Warns);
        assert_eq!(ratio(&[1.11, 1.111, 1.112]).verdict(), Verdict::Fails);
        assert_eq!(ratio(&[0.9, 0.901, 0.902]).verdict(), Verdict::Faster);
        // Twice as slow once is noise.
        assert_eq!(ratio(&[1.0, 1.0, 2.0]).verdict(), Verdict::Well);
    }
}
