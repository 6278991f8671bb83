//! SIMD levels as values that exist only where the CPU has the level.

/// A level of SIMD instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// What every CPU of the target has.
    Baseline,
    /// 256 bits.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// 512 bits.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Level {
    /// Every level of this architecture, lowest first.
    const ALL: &[Self] = &[
        Self::Baseline,
        #[cfg(target_arch = "x86_64")]
        Self::Avx2,
        #[cfg(target_arch = "x86_64")]
        Self::Avx512,
    ];

    /// Whether this CPU has everything that `kernel!` enables for the level.
    fn is_available(self) -> bool {
        match self {
            Self::Baseline => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => std::arch::is_x86_feature_detected!("avx2"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                std::arch::is_x86_feature_detected!("avx512f")
                    && std::arch::is_x86_feature_detected!("avx512dq")
                    && std::arch::is_x86_feature_detected!("avx512bw")
                    && std::arch::is_x86_feature_detected!("avx512vl")
            }
        }
    }
}

/// A level of SIMD instructions that this CPU has.
///
/// The field is private to this file and every constructor checks the CPU: a value of this type proves that code
/// compiled for its level may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Simd(Level);

impl Simd {
    /// What every CPU of the target has.
    pub const BASELINE: Self = Self(Level::Baseline);

    /// The highest level of this CPU.
    #[must_use]
    pub fn best() -> Self {
        Self::all_available().last().unwrap_or(Self::BASELINE)
    }

    /// The level of a name; None if there is none or this CPU lacks it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all_available().find(|simd| simd.name() == name)
    }

    /// Every level of this CPU, lowest first.
    pub fn all_available() -> impl Iterator<Item = Self> {
        let levels = Level::ALL.iter().copied();
        levels.filter(|level| level.is_available()).map(Self)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.0 {
            Level::Baseline => "baseline",
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => "avx512",
        }
    }

    /// The level, to choose the code compiled for it.
    #[inline(always)]
    pub(super) fn level(self) -> Level {
        self.0
    }
}
