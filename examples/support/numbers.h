#pragma once

#include <torch/types.h>

#include <cstdint>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace example {

/// The elements of a tensor, in row-major order.
inline std::vector<double> numbers(const torch::Tensor& tensor) {
  const torch::Tensor flat = tensor.to(torch::kCPU, torch::kDouble).flatten().contiguous();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

/// All pairs of numbers of two lists, [size of y, size of x, 2].
inline torch::Tensor grid(const torch::Tensor& x, const torch::Tensor& y) {
  const std::vector<torch::Tensor> rows_and_columns = torch::meshgrid({y, x}, "ij");
  return torch::stack({rows_and_columns[1], rows_and_columns[0]}, -1);
}

/// Reads a file of comma-separated numbers, after a heading of so many lines: [lines, columns],
/// double.
inline torch::Tensor read_table(const std::string& path, int64_t columns, int64_t heading = 0) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  for (int64_t i = 0; i < heading; ++i) {
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  std::vector<double> numbers;
  for (double number; file >> number; file.ignore()) numbers.push_back(number);
  const auto size = static_cast<int64_t>(numbers.size());
  if (size == 0 || size % columns != 0) {
    throw std::runtime_error(path + " does not hold lines of " + std::to_string(columns) +
                             " numbers");
  }
  return torch::tensor(numbers, torch::kDouble).view({-1, columns});
}

}  // namespace example
