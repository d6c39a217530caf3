#pragma once

#include <cstddef>
#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "support/data.h"

/// The operations that the engine evaluates, found by the data of the families.
namespace torch::distributions::test {

using Tensors = std::vector<Tensor>;
using Law = Family::Law;
using Range = std::pair<double, double>;

/// All forms of the families that have formulas.
std::vector<Law> scalar_laws();

/// A public operation that the engine evaluates. Each of its inputs is uniform in an interval.
struct Operation {
  std::string name;
  std::function<Tensor(const Tensors&)> f;
  std::vector<Range> intervals;
  std::vector<bool> differentiable;
  std::vector<bool> whole = {};  // whether the input is rounded down
  bool saves_last = true;        // whether the last input itself is saved for backward

  bool is_whole(std::size_t i) const { return i < whole.size() && whole[i]; }
};

inline std::ostream& operator<<(std::ostream& out, const Operation& c) { return out << c.name; }

const std::vector<Operation>& operations();

}  // namespace torch::distributions::test
