#include "ops/special/tensor_scalar.h"

namespace torch::distributions::ops {

using S = TensorScalar;

TensorCondition::~TensorCondition() = default;
TensorScalar::~TensorScalar() = default;

TensorCondition operator&&(const TensorCondition& a, const TensorCondition& b) {
  return TensorCondition(a.tensor_ & b.tensor_);
}
TensorCondition operator||(const TensorCondition& a, const TensorCondition& b) {
  return TensorCondition(a.tensor_ | b.tensor_);
}
TensorCondition operator!(const TensorCondition& a) {
  return TensorCondition(a.tensor_.bitwise_not());
}
bool all(const TensorCondition&) { return false; }
S operator-(const S& a) { return S(a.tensor_.neg()); }
S operator+(const S& a, const S& b) { return S(a.tensor_ + b.tensor_); }
S operator-(const S& a, const S& b) { return S(a.tensor_ - b.tensor_); }
S operator*(const S& a, const S& b) { return S(a.tensor_ * b.tensor_); }
S operator/(const S& a, const S& b) { return S(a.tensor_ / b.tensor_); }
S operator+(const S& a, double b) { return S(a.tensor_ + b); }
S operator-(const S& a, double b) { return S(a.tensor_ - b); }
S operator*(const S& a, double b) { return S(a.tensor_ * b); }
S operator/(const S& a, double b) { return S(a.tensor_ / b); }
S operator+(double a, const S& b) { return S(b.tensor_ + a); }
S operator-(double a, const S& b) { return S(a - b.tensor_); }
S operator*(double a, const S& b) { return S(b.tensor_ * a); }
S operator/(double a, const S& b) { return S(a / b.tensor_); }
TensorCondition operator<(const S& a, const S& b) { return TensorCondition(a.tensor_ < b.tensor_); }
TensorCondition operator<=(const S& a, const S& b) {
  return TensorCondition(a.tensor_ <= b.tensor_);
}
TensorCondition operator>(const S& a, const S& b) { return TensorCondition(a.tensor_ > b.tensor_); }
TensorCondition operator>=(const S& a, const S& b) {
  return TensorCondition(a.tensor_ >= b.tensor_);
}
TensorCondition operator==(const S& a, const S& b) {
  return TensorCondition(a.tensor_ == b.tensor_);
}
TensorCondition operator!=(const S& a, const S& b) {
  return TensorCondition(a.tensor_ != b.tensor_);
}
TensorCondition operator<(const S& a, double b) { return TensorCondition(a.tensor_ < b); }
TensorCondition operator<=(const S& a, double b) { return TensorCondition(a.tensor_ <= b); }
TensorCondition operator>(const S& a, double b) { return TensorCondition(a.tensor_ > b); }
TensorCondition operator>=(const S& a, double b) { return TensorCondition(a.tensor_ >= b); }
TensorCondition operator==(const S& a, double b) { return TensorCondition(a.tensor_ == b); }
TensorCondition operator!=(const S& a, double b) { return TensorCondition(a.tensor_ != b); }
TensorCondition isnan(const S& a) { return TensorCondition(a.tensor_.isnan()); }
S select(const TensorCondition& condition, const S& a, const S& b) {
  return S(at::where(condition.tensor(), a.tensor_, b.tensor_));
}
S select(const TensorCondition& condition, const S& a, double b) {
  return S(at::where(condition.tensor(), a.tensor_, b));
}
S select(const TensorCondition& condition, double a, const S& b) {
  return S(at::where(condition.tensor(), a, b.tensor_));
}
S like(const S& x, double c) { return S(at::scalar_tensor(c, x.tensor_.options())); }
S constant(const S& x) { return S(x.tensor_.detach()); }
S abs(const S& x) { return S(x.tensor_.abs()); }
S erfc(const S& x) { return S(x.tensor_.erfc()); }
S exp(const S& x) { return S(x.tensor_.exp()); }
S floor(const S& x) { return S(x.tensor_.floor()); }
S log(const S& x) { return S(x.tensor_.log()); }
S log1p(const S& x) { return S(x.tensor_.log1p()); }
S sin(const S& x) { return S(x.tensor_.sin()); }
S sqrt(const S& x) { return S(x.tensor_.sqrt()); }
S square(const S& x) { return S(x.tensor_.square()); }
S tan(const S& x) { return S(x.tensor_.tan()); }
S expm1(const S& x) { return S(x.tensor_.expm1()); }
S min(const S& a, const S& b) { return S(at::minimum(a.tensor_, b.tensor_)); }
S max(const S& a, const S& b) { return S(at::maximum(a.tensor_, b.tensor_)); }
S min(const S& a, double b) { return S(a.tensor_.clamp_max(b)); }
S max(const S& a, double b) { return S(a.tensor_.clamp_min(b)); }

}  // namespace torch::distributions::ops
