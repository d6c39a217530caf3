#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include <torch/distributions/core/distribution.h>
#include <torch/distributions/core/param.h>
#include <torch/distributions/transforms/transform.h>

namespace torch::distributions::test {

/// An argument of a constructor.
using Argument = std::variant<Param, DistributionPtr, TransformPtr, std::vector<TransformPtr>,
                              std::vector<int64_t>>;
using Arguments = std::map<std::string, Argument>;

/// Makes a distribution by the name of its class: `make("Gamma", {{"concentration", t}, {"rate",
/// 1.0}})`.
/// \throws std::runtime_error if families.cpp lacks the class, or the class lacks an argument.
DistributionPtr make(const std::string& name, const Arguments& arguments,
                     Validate validate_args = {});

/// Makes a transform by the name of its class.
TransformPtr make_transform(const std::string& name, const Arguments& arguments);

}  // namespace torch::distributions::test
