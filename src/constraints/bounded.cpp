#include <torch/distributions/constraints/bounded.h>

#include <torch/distributions/core/repr.h>

#include <ostream>

namespace torch::distributions::constraints {

void LowerBounded::print(std::ostream& out) const {
  out << name() << "(lower_bound=" << repr(lower_) << ')';
}

void UpperBounded::print(std::ostream& out) const {
  out << name() << "(upper_bound=" << repr(upper_) << ')';
}

Tensor Bounded::lower_bound() const { return lower_.tensor(common_options({&lower_, &upper_})); }

Tensor Bounded::upper_bound() const { return upper_.tensor(common_options({&lower_, &upper_})); }

void Bounded::print(std::ostream& out) const {
  out << name() << "(lower_bound=" << repr(lower_) << ", upper_bound=" << repr(upper_) << ')';
}

}  // namespace torch::distributions::constraints
