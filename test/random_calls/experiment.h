#pragma once

#include <ATen/Context.h>

#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <torch/distributions/core/validate.h>

namespace torch::distributions::random_calls {

/// What must hold of a program: `run` throws `Violation` where it does not.
struct Check {
  const char* name;
  std::function<void()> run;
};

/// A random program and all that is checked of it.
struct Experiment {
  std::string program;  ///< as C++
  std::vector<Check> checks;
};

/// A check that is a method of a subject.
template <class Subject>
struct Method {
  const char* name;
  void (Subject::*check)();
};

/// The experiment that calls the methods of a subject, without validation unless they ask for it.
/// The first one constructs what the others speak of: where it fails, they are passed over.
template <class Subject>
Experiment experiment_of(const std::shared_ptr<Subject>& subject, std::string program,
                         const auto& methods) {
  Experiment made{std::move(program), {}};
  for (const Method<Subject>& method : methods) {
    const bool is_first = &method == std::data(methods);
    made.checks.push_back({method.name, [subject, method, is_first] {
                             if (!is_first && !subject->is_constructed()) return;
                             const ValidateArgsGuard guard(false);
                             at::manual_seed(0);
                             (*subject.*method.check)();
                           }});
  }
  return made;
}

/// The experiment of a seed.
Experiment experiment(uint64_t seed);

// One file each.
Experiment distribution_experiment(uint64_t seed);
Experiment transform_experiment(uint64_t seed);
Experiment constraint_experiment(uint64_t seed);

}  // namespace torch::distributions::random_calls
