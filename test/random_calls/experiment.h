#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

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

/// The experiment of a seed.
Experiment experiment(uint64_t seed);

// One file each.
Experiment distribution_experiment(uint64_t seed);
Experiment transform_experiment(uint64_t seed);
Experiment constraint_experiment(uint64_t seed);

}  // namespace torch::distributions::random_calls
