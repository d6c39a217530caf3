#include <torch/distributions/core/repr.h>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/csrc/autograd/function.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace torch::distributions::core {
namespace {

constexpr int kPrecision = 4;  // these are the defaults of torch.set_printoptions
constexpr int64_t kLineWidth = 80;
constexpr int64_t kThreshold = 1000;  // a tensor with more elements is summarised
constexpr int64_t kEdgeItems = 3;

/// Formats the numbers of a tensor as Python's `torch._tensor_str` does: all in the same style and
/// width.
class NumberFormat {
 public:
  NumberFormat(const std::vector<double>& numbers, bool floating) : floating_(floating) {
    double largest = 0, smallest = INFINITY;
    for (const double x : numbers) {
      if (std::isfinite(x) && x != 0) {
        largest = std::max(largest, std::abs(x));
        smallest = std::min(smallest, std::abs(x));
        integral_ = integral_ && x == std::ceil(x);
      }
    }
    if (largest > 0) {
      scientific_ = largest / smallest > 1000 || largest > 1e8 || (!integral_ && smallest < 1e-4);
    }
    if (!floating_) scientific_ = false;
    // As in Python, numbers that are zero or not finite do not affect the width.
    for (const double x : numbers) {
      if (!floating_ || (std::isfinite(x) && x != 0)) width_ = std::max(width_, number(x).size());
    }
  }

  std::string operator()(double x) const { return fmt::format("{:>{}}", number(x), width_); }

 private:
  std::string number(double x) const {
    if (!floating_) return fmt::format("{:.0f}", x);
    if (std::isnan(x)) return "nan";
    if (scientific_) return fmt::format("{:.{}e}", x, kPrecision);
    if (std::isinf(x)) return fmt::format("{}", x);
    return integral_ ? fmt::format("{:.0f}.", x) : fmt::format("{:.{}f}", x, kPrecision);
  }

  bool floating_;
  bool integral_ = true, scientific_ = false;
  std::size_t width_ = 0;
};

/// The indices of a dimension that are shown; -1 stands for the ellipsis.
std::vector<int64_t> shown(int64_t size, bool summarise) {
  std::vector<int64_t> positions;
  const bool cut = summarise && size > 2 * kEdgeItems;
  for (int64_t i = 0; i < size; ++i) {
    if (cut && i == kEdgeItems) {
      positions.push_back(-1);
      i = size - kEdgeItems;
    }
    positions.push_back(i);
  }
  return positions;
}

void collect(const Tensor& tensor, bool summarise, std::vector<double>& numbers) {
  if (tensor.dim() == 0) {
    numbers.push_back(tensor.item().toDouble());
    return;
  }
  for (const int64_t i : shown(tensor.size(0), summarise)) {
    if (i >= 0) collect(tensor.select(0, i), summarise, numbers);
  }
}

std::string elements(const Tensor& tensor, int64_t indent, bool summarise,
                     const std::vector<double>& numbers, std::size_t& next,
                     const NumberFormat& format, bool boolean) {
  const auto element = [&] {
    const double x = numbers[next++];
    return boolean ? std::string(x != 0 ? " True" : "False") : format(x);
  };
  if (tensor.dim() == 0) return element();
  std::vector<std::string> parts;
  for (const int64_t i : shown(tensor.size(0), summarise)) {
    parts.push_back(i < 0               ? (tensor.dim() == 1 ? " ..." : "...")
                    : tensor.dim() == 1 ? element()
                                        : elements(tensor.select(0, i), indent + 1, summarise,
                                                   numbers, next, format, boolean));
  }
  const std::string spaces(static_cast<std::size_t>(indent + 1), ' ');
  if (tensor.dim() > 1) {
    std::string separator(1, ',');
    separator.append(static_cast<std::size_t>(tensor.dim() - 1), '\n').append(spaces);
    return fmt::format("[{}]", fmt::join(parts, separator));
  }
  const int64_t width = parts.empty() ? 1 : static_cast<int64_t>(parts.front().size()) + 2;
  const int64_t per_line = std::max<int64_t>(1, (kLineWidth - indent) / width);
  std::string text = "[";
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += static_cast<int64_t>(i) % per_line == 0 ? ",\n" + spaces : ", ";
    text += parts[i];
  }
  return text + "]";
}

std::string python_dtype(at::ScalarType dtype) {
  switch (dtype) {
    case at::kDouble:
      return "torch.float64";
    case at::kFloat:
      return "torch.float32";
    case at::kHalf:
      return "torch.float16";
    case at::kBFloat16:
      return "torch.bfloat16";
    case at::kInt:
      return "torch.int32";
    case at::kShort:
      return "torch.int16";
    case at::kChar:
      return "torch.int8";
    case at::kByte:
      return "torch.uint8";
    default:
      return fmt::format("torch.{}", at::toString(dtype));
  }
}

}  // namespace

std::string repr(double number) {
  const std::string text = fmt::format("{}", number);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

std::string repr(IntArrayRef shape) {
  return fmt::format("torch.Size([{}])", fmt::join(shape.begin(), shape.end(), ", "));
}

std::string repr(const Tensor& tensor) {
  if (tensor.dim() == 0 && !tensor.is_meta()) {
    if (tensor.is_floating_point()) return repr(tensor.item().toDouble());
    if (tensor.scalar_type() == at::kBool) return tensor.item<bool>() ? "True" : "False";
    return fmt::format("{}", tensor.item().toLong());
  }
  const auto dtype = tensor.scalar_type();
  std::string suffixes;
  if (tensor.device().type() != at::kCPU)
    suffixes += fmt::format(", device='{}'", tensor.device().str());
  if (tensor.is_meta() || (tensor.numel() == 0 && tensor.dim() != 1))
    suffixes += ", size=" +
                fmt::format("({})", fmt::join(tensor.sizes().begin(), tensor.sizes().end(), ", "));
  const bool implied = dtype == at::kLong || dtype == at::kBool ||
                       dtype == at::typeMetaToScalarType(at::get_default_dtype());
  if (!implied || tensor.is_meta()) suffixes += ", dtype=" + python_dtype(dtype);
  if (tensor.grad_fn()) {
    suffixes += fmt::format(", grad_fn=<{}>", tensor.grad_fn()->name());
  } else if (tensor.requires_grad()) {
    suffixes += ", requires_grad=True";
  }
  if (tensor.is_meta()) return fmt::format("tensor(...{})", suffixes);
  if (tensor.numel() == 0) return fmt::format("tensor([]{})", suffixes);

  constexpr int64_t kPrefix = 7;  // "tensor("
  const bool summarise = tensor.numel() > kThreshold;
  const Tensor values = tensor.detach().cpu();
  std::vector<double> numbers;
  collect(values, summarise, numbers);
  const NumberFormat format(numbers, tensor.is_floating_point());
  std::size_t next = 0;
  return fmt::format(
      "tensor({}{})",
      elements(values, kPrefix, summarise, numbers, next, format, dtype == at::kBool), suffixes);
}

std::string repr(const Param& param) {
  if (!param.is_number()) return repr(param.tensor());
  return param.is_integer() ? fmt::format("{:.0f}", param.number()) : repr(param.number());
}

std::string repr_or_size(const Tensor& tensor) {
  return tensor.numel() == 1 ? repr(tensor) : repr(tensor.sizes());
}

}  // namespace torch::distributions::core
