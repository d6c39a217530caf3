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

/// A property of a program. `run` throws `Violation` if it does not hold.
struct Check {
  const char* name;
  std::function<void()> run;
};

/// A random program and its checks.
struct Experiment {
  std::string program;  ///< in C++
  std::vector<Check> checks;
};

/// A check that is a method of a subject (the object under test with its inputs).
template <class Subject>
struct Method {
  const char* name;
  void (Subject::*check)();
};

/// Makes an experiment of the methods of a subject. They run without validation unless they switch
/// it on. The first method constructs the object under test; if it fails, the others are skipped.
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

// Each of these has a file of its own.
Experiment distribution_experiment(uint64_t seed);
Experiment transform_experiment(uint64_t seed);
Experiment constraint_experiment(uint64_t seed);

}  // namespace torch::distributions::random_calls
