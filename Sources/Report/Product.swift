/// The product that both programs belong to.
public enum Product {
    /// The version that both programs print (CHANGELOG.md).
    public static let version = "0.1.0"
}
