/// Counters and gauges as they were at one moment.
package struct Readings<Name: RawRepresentable & CaseIterable> where Name.RawValue == Int {
    private var values: [UInt64]

    /// Reads each counter once; `read` gives its value.
    package init(_ read: (Name) -> UInt64) {
        values = []
        for name in Name.allCases {
            precondition(name.rawValue == values.count)
            values.append(read(name))
        }
    }

    /// Of a program that has not counted anything yet.
    package init() { self.init { _ in 0 } }

    package subscript(_ name: Name) -> UInt64 {
        get { values[name.rawValue] }
        set { values[name.rawValue] = newValue }
    }
}
