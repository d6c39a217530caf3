#include <torch/distributions/constraints/dependent.h>

#include <ostream>

#include "core/raise.h"

namespace torch::distributions::constraints {

Dependent Dependent::operator()(std::optional<bool> is_discrete,
                                std::optional<int64_t> event_dim) const {
  return Dependent(is_discrete ? is_discrete : is_discrete_, event_dim ? event_dim : event_dim_);
}

bool Dependent::is_discrete() const {
  TORCH_DISTRIBUTIONS_CHECK(NotImplementedError, is_discrete_,
                            ".is_discrete cannot be determined statically");
  return *is_discrete_;
}

int64_t Dependent::event_dim() const {
  TORCH_DISTRIBUTIONS_CHECK(NotImplementedError, event_dim_,
                            ".event_dim cannot be determined statically");
  return *event_dim_;
}

Tensor Dependent::check(const Tensor& /*value*/) const {
  raise<c10::ValueError>("Cannot determine validity of dependent constraint");
}

void Dependent::print(std::ostream& out) const { out << "Dependent()"; }

bool is_dependent(const Constraint& constraint) {
  return dynamic_cast<const Dependent*>(&constraint) != nullptr;
}

}  // namespace torch::distributions::constraints
