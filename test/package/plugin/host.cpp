#include <dlfcn.h>
#include <torch/distributions.h>

#include <cmath>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <sstream>
#include <string>

#include "plugin.h"

namespace dist = torch::distributions;

namespace {

void check(bool ok, const char* what) {
  if (ok) return;
  std::cerr << "failed: " << what << '\n';
  std::exit(1);
}

bool near(const torch::Tensor& tensor, double expected) {
  return std::abs(tensor.item<double>() - expected) < 1e-6;
}

template <class Function>
Function* look_up(void* plugin, const char* name) {
  auto* function = reinterpret_cast<Function*>(dlsym(plugin, name));
  check(function != nullptr, name);
  return function;
}

template <class Error, class Action>
std::string message_of(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

int main() {
  void* plugin = dlopen(PLUGIN, RTLD_NOW | RTLD_LOCAL);
  check(plugin != nullptr, "dlopen");
  look_up<PluginInit>(plugin, "plugin_init")();
  const auto make_dirac = look_up<PluginMakeDirac>(plugin, "plugin_make_dirac");
  const auto make_unit_normal = look_up<PluginMakeUnitNormal>(plugin, "plugin_make_unit_normal");

  const dist::Normal normal(0.0, 1.0);
  const double log_sqrt_2pi = 0.5 * std::log(2 * M_PI);

  // The plugin's own class: its hooks, its constraint checks, its repr, its KL rule.
  dist::DistributionPtr dirac = normal;
  make_dirac(2.0, &dirac);
  check(near(dirac->sample(), 2.0), "the plugin's sampler");
  check(near(dirac->log_prob(torch::full({}, 2.0)), 0.0), "the plugin's density");
  check(dirac->expand({3})->batch_shape() == torch::IntArrayRef({3}), "expand");
  std::ostringstream text;
  text << *dirac;
  check(text.str() == "Dirac(loc: 2.0)", "repr");
  check(near(dist::kl_divergence(dirac, normal), 2.0 + log_sqrt_2pi), "the plugin's KL rule");

  // A constraint of the plugin, for which it has registered a transform in one of the registries.
  check(near(dist::biject_to(dirac->support())(torch::full({}, 3.0)), 7.0), "its transform");
  const std::string unregistered =
      message_of<c10::NotImplementedError>([&] { dist::transform_to(dirac->support()); });
  check(contains(unregistered, "Cannot transform Line constraints"), "no transform: its name");

  // A class of the plugin that derives from a class of the library. The library's rules apply to it
  // through its base.
  dist::DistributionPtr unit = normal;
  make_unit_normal(1.0, &unit);
  check(near(dist::kl_divergence(unit, normal), 0.5), "a rule of the base class, on the left");
  check(near(dist::kl_divergence(normal, unit), 0.5), "a rule of the base class, on the right");
  check(near(dist::kl_divergence(dirac, unit), 0.5 + log_sqrt_2pi), "both of the plugin");
  check(dynamic_cast<const dist::Normal*>(unit.get()) != nullptr, "dynamic_cast to the base");

  // Exceptions keep their types across the boundary.
  const std::string missing =
      message_of<c10::NotImplementedError>([&] { dist::kl_divergence(normal, dirac); });
  check(contains(missing, "Normal") && contains(missing, "Dirac"), "no rule: both names");
  const std::string invalid = message_of<c10::ValueError>(
      [&] { make_dirac(std::numeric_limits<double>::quiet_NaN(), &dirac); });
  check(contains(invalid, "Dirac") && contains(invalid, "loc"), "invalid parameter");

  std::cout << "all checks hold\n";
}
