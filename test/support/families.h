#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include <torch/distributions/core/distribution.h>
#include <torch/distributions/core/param.h>
#include <torch/distributions/transforms/transform.h>

namespace torch::distributions::test {

/// What a constructor may be given.
using Argument = std::variant<Param, DistributionPtr, TransformPtr, std::vector<TransformPtr>>;
using Arguments = std::map<std::string, Argument>;

/// A distribution by the name of its class, `make("Gamma", {{"concentration", t}, {"rate", 1.0}})`.
/// \throws std::runtime_error for a class that families.cpp does not have, or an argument that the
///     class does not have.
DistributionPtr make(const std::string& name, const Arguments& arguments,
                     Validate validate_args = {});

/// A transform by the name of its class.
TransformPtr make_transform(const std::string& name, const Arguments& arguments);

}  // namespace torch::distributions::test
