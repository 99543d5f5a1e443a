// Wagtail's widget gives its block's element an id and asks a list for it that has none: only the
// blocks inside of others have one.

class AloneBlock extends window.wagtailStreamField.blocks.ListBlockDefinition {
  render(...args) {
    const block = super.render(...args);
    block.element ??= block.container[0];
    return block;
  }
}

window.telepath.register("portal_plugin.AloneBlock", AloneBlock);
