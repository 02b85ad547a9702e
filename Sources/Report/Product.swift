/// The product that both programs belong to.
public enum Product {
    /// The version both programs say they are (CHANGELOG.md).
    public static let version = "0.1.0"
}
