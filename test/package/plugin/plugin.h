#pragma once

#include <torch/distributions/core/distribution.h>

/// What the plugin offers to its host, which looks the functions up by name.
extern "C" {
/// Registers the plugin's KL rule.
using PluginInit = void();
/// A `Dirac` at `loc`, a class of the plugin, written to `result`; c10::ValueError for a NaN.
using PluginMakeDirac = void(double loc, torch::distributions::DistributionPtr* result);
/// A `UnitNormal` at `loc`, a class that the plugin derives from the library's Normal.
using PluginMakeUnitNormal = void(double loc, torch::distributions::DistributionPtr* result);
}
