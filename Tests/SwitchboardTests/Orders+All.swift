@testable import Station

extension Orders {
    /// Takes all that wait.
    var all: [Order] {
        mutating get {
            var found: [Order] = []
            while let order = next() { found.append(order) }
            return found
        }
    }
}
