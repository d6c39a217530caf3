#pragma once

#include <torch/distributions/core/distribution.h>

/// The functions of the plugin, which the host looks up by name.
extern "C" {
/// Registers the plugin's KL rule, and a transform for its constraint.
using PluginInit = void();
/// Writes a `Dirac` at `loc`, a class of the plugin, to `result`. \throws c10::ValueError if `loc`
/// is NaN.
using PluginMakeDirac = void(double loc, torch::distributions::DistributionPtr* result);
/// Writes a `UnitNormal` at `loc`, which the plugin derives from the library's Normal, to `result`.
using PluginMakeUnitNormal = void(double loc, torch::distributions::DistributionPtr* result);
}
