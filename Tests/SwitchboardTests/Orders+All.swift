@testable import Switchboard

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

extension Switchboard {
    /// Takes all that wait.
    var orders: [Order] {
        mutating get {
            var found: [Order] = []
            while let order = nextOrder() { found.append(order) }
            return found
        }
    }
}
