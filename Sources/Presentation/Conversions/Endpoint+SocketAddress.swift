package import HAL
package import Wire

// What the network layers call the same place.

extension Endpoint {
    package init(_ address: SocketAddress) {
        self.init(high: address.high, low: address.low, port: address.port, scope: address.scope)
    }
}

extension SocketAddress {
    package init(_ endpoint: Endpoint) {
        self.init(
            high: endpoint.high, low: endpoint.low, port: endpoint.port, scope: endpoint.scope)
    }
}
