/// The losses of a network: the share of packets, and the mean number in a row.
///
/// Gilbert's chain of two states (Bell System Technical Journal 39, 1960): a packet is lost more
/// often after a lost one than after one that came.
public struct LossPattern: Equatable, Sendable {
    /// The share of lost packets, 0...0.99.
    public let loss: Float
    /// The mean length of a loss in packets; at least that of independent losses.
    public let meanBurst: Float
    /// The correlation of a packet's loss with the next one's: 0 none, 1 full.
    private let memory: Float

    public init(loss: Float, meanBurst: Float) {
        let loss = max(0, min(loss, 0.99))
        let independent = 1 / (1 - loss)
        self.loss = loss
        self.meanBurst = max(independent, meanBurst)
        // The chances of leaving either state are 1/burst and loss/(1-loss)/burst.
        memory = 1 - independent / self.meanBurst
    }

    /// The share of frames that come neither themselves nor as one of their copies.
    ///
    /// - Parameters:
    ///   - depth: Copies of each frame.
    ///   - offset: Packets from one carrier of the frame to the next.
    /// - Returns: 0...1.
    public func residual(depth: Int, offset: Int) -> Float {
        var shared: Float = 1
        for _ in 0..<offset { shared *= memory }
        let again = loss + (1 - loss) * shared
        var residual = loss
        for _ in 0..<depth { residual *= again }
        return residual
    }
}
