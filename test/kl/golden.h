#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "support/golden.h"
#include "support/test_dir.h"

// The golden divergences of test/kl/golden, which generate.py wrote with mpmath.

namespace torch::distributions::test::kl_golden {

/// The left-hand classes, one file each.
constexpr const char* kClasses[] = {"bernoulli",
                                    "beta",
                                    "binomial",
                                    "categorical",
                                    "chi2",
                                    "dirichlet",
                                    "exponential",
                                    "gamma",
                                    "independent",
                                    "laplace",
                                    "log_normal",
                                    "multivariate_normal",
                                    "normal",
                                    "one_hot_categorical",
                                    "one_hot_categorical_straight_through",
                                    "poisson",
                                    "transformed_distribution",
                                    "uniform"};

inline nlohmann::json cases(const std::string& left_class) {
  const std::string path = test::test_dir() / "kl/golden" / (left_class + ".json");
  std::ifstream in(path);
  TORCH_CHECK(in, "cannot read ", path);
  return nlohmann::json::parse(in);
}

/// The distribution `p` or `q` of a case.
inline Case side(const nlohmann::json& golden, const char* name) {
  const nlohmann::json& call = golden.at(name);
  return {.name = name,
          .text = call.dump(),
          .distribution = call.at("distribution"),
          .dtype = dtype_of(golden.at("dtype")),
          .data = &call};
}

}  // namespace torch::distributions::test::kl_golden
