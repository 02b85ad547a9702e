/// Counters and gauges as they were at one moment.
package struct Readings<Name: RawRepresentable> where Name.RawValue == Int {
    /// By raw value; empty when nothing has been counted yet.
    private var values: [UInt64]

    /// - Parameter values: Those of all names, by their raw values.
    package init(_ values: [UInt64] = []) { self.values = values }

    package subscript(_ name: Name) -> UInt64 {
        get { name.rawValue < values.count ? values[name.rawValue] : 0 }
        set {
            while values.count <= name.rawValue { values.append(0) }
            values[name.rawValue] = newValue
        }
    }
}
