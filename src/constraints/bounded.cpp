#include <torch/distributions/constraints/bounded.h>

#include <torch/distributions/core/repr.h>

#include <ostream>

namespace torch::distributions::constraints {

LowerBounded::LowerBounded(const char* name, Param lower) : name_(name), lower_(std::move(lower)) {
  core::require_numbers(name, "lower_bound", lower_);
}

void LowerBounded::print(std::ostream& out) const {
  out << name_ << "(lower_bound=" << core::repr(lower_) << ')';
}

UpperBounded::UpperBounded(const char* name, Param upper) : name_(name), upper_(std::move(upper)) {
  core::require_numbers(name, "upper_bound", upper_);
}

void UpperBounded::print(std::ostream& out) const {
  out << name_ << "(upper_bound=" << core::repr(upper_) << ')';
}

Bounded::Bounded(const char* name, Param lower, Param upper)
    : name_(name), lower_(std::move(lower)), upper_(std::move(upper)) {
  core::require_numbers(name, "lower_bound", lower_);
  core::require_numbers(name, "upper_bound", upper_);
}

Tensor Bounded::lower_bound() const {
  return lower_.tensor(core::common_options({&lower_, &upper_}));
}

Tensor Bounded::upper_bound() const {
  return upper_.tensor(core::common_options({&lower_, &upper_}));
}

void Bounded::print(std::ostream& out) const {
  out << name_ << "(lower_bound=" << core::repr(lower_) << ", upper_bound=" << core::repr(upper_)
      << ')';
}

}  // namespace torch::distributions::constraints
