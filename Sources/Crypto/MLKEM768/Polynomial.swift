/// A polynomial of 256 coefficients modulo q, or its transform; wiped when it goes.
///
/// Every coefficient is below q before and after each operation.
struct Polynomial: ~Copyable {
    static let count = 256

    private var storage = Scratch(
        size: Polynomial.count * MemoryLayout<UInt16>.stride)

    /// The zero polynomial.
    init() {}

    var values: Span<UInt16> {
        @_lifetime(borrow self)
        get { storage.elements(UInt16.self) }
    }

    var coefficients: MutableSpan<UInt16> {
        @_lifetime(&self)
        mutating get { storage.mutableElements(UInt16.self) }
    }

    mutating func clear() {
        var own = coefficients
        for index in 0..<Self.count { own[index] = 0 }
    }

    mutating func add(_ other: borrowing Polynomial) {
        let others = other.values
        var own = coefficients
        for index in 0..<Self.count { own[index] = Field.add(own[index], others[index]) }
    }

    /// Becomes `other` minus itself.
    mutating func subtract(from other: borrowing Polynomial) {
        let others = other.values
        var own = coefficients
        for index in 0..<Self.count { own[index] = Field.subtract(others[index], own[index]) }
    }
}

/// As many polynomials as ML-KEM-768 has dimensions.
typealias PolynomialVector = InlineArray<3, Polynomial>
